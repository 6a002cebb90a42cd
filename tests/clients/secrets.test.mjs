// Secrets Manager, Parameter Store and STS as their SDKs and the parameters utility of Powertools see them.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { getParameter, getParameters, getParametersByName, SSMProvider } from '@aws-lambda-powertools/parameters/ssm';
import { SecretsProvider } from '@aws-lambda-powertools/parameters/secrets';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import {
  BatchGetSecretValueCommand,
  CancelRotateSecretCommand,
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetRandomPasswordCommand,
  GetSecretValueCommand,
  InvalidParameterException,
  InvalidRequestException,
  ListSecretVersionIdsCommand,
  ListSecretsCommand,
  paginateListSecrets,
  PutSecretValueCommand,
  ResourceExistsException,
  ResourceNotFoundException,
  RestoreSecretCommand,
  RotateSecretCommand,
  SecretsManagerClient,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateSecretCommand,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import {
  AddTagsToResourceCommand,
  DeleteParameterCommand,
  DeleteParametersCommand,
  DescribeParametersCommand,
  GetParameterCommand,
  GetParameterHistoryCommand,
  GetParametersCommand,
  LabelParameterVersionCommand,
  ListTagsForResourceCommand,
  paginateGetParametersByPath,
  ParameterAlreadyExists,
  ParameterNotFound,
  ParameterVersionNotFound,
  PutParameterCommand,
  RemoveTagsFromResourceCommand,
  SSMClient,
  UnlabelParameterVersionCommand,
} from '@aws-sdk/client-ssm';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';

import { account, region, startRig, until } from './support/rig.mjs';

let rig;
let secrets;
let ssm;
before(async () => {
  rig = await startRig();
  secrets = rig.client(SecretsManagerClient);
  ssm = rig.client(SSMClient);
});
after(() => rig.remove());

const ask = (command) => secrets.send(command);
const valueOf = async (SecretId, more = {}) => (await ask(new GetSecretValueCommand({ SecretId, ...more }))).SecretString;

test('a secret has versions and labels, and they move', async () => {
  const created = await ask(new CreateSecretCommand({ Name: 'erp/token', SecretString: 'first-value', Tags: [{ Key: 'stage', Value: 'test' }] }));
  assert.match(created.ARN, new RegExp(`^arn:aws:secretsmanager:${region}:${account}:secret:erp/token-[A-Za-z0-9]{6}$`));
  const put = await ask(new PutSecretValueCommand({ SecretId: 'erp/token', SecretString: 'second-value' }));
  assert.deepEqual(put.VersionStages, ['AWSCURRENT']);
  assert.equal(await valueOf(created.ARN), 'second-value');
  assert.equal(await valueOf('erp/token', { VersionStage: 'AWSPREVIOUS' }), 'first-value');
  assert.equal(await valueOf('erp/token', { VersionId: created.VersionId }), 'first-value');
  await ask(
    new UpdateSecretVersionStageCommand({
      SecretId: 'erp/token', VersionStage: 'AWSCURRENT', RemoveFromVersionId: put.VersionId, MoveToVersionId: created.VersionId,
    }),
  );
  assert.equal(await valueOf('erp/token'), 'first-value');
  const described = await ask(new DescribeSecretCommand({ SecretId: 'erp/token' }));
  assert.deepEqual(described.VersionIdsToStages, { [created.VersionId]: ['AWSCURRENT'], [put.VersionId]: ['AWSPREVIOUS'] });
  assert.ok(described.CreatedDate instanceof Date);
  assert.deepEqual(described.Tags, [{ Key: 'stage', Value: 'test' }]);

  await ask(new UpdateSecretCommand({ SecretId: 'erp/token', Description: 'of the ERP', SecretBinary: Buffer.from([0, 1, 255]) }));
  const binary = await ask(new GetSecretValueCommand({ SecretId: 'erp/token' }));
  assert.deepEqual([...binary.SecretBinary], [0, 1, 255]);
  const versions = await ask(new ListSecretVersionIdsCommand({ SecretId: 'erp/token', IncludeDeprecated: true }));
  assert.equal(versions.Versions.length, 3);
  assert.equal((await ask(new ListSecretVersionIdsCommand({ SecretId: 'erp/token' }))).Versions.length, 2);
  await ask(new TagResourceCommand({ SecretId: 'erp/token', Tags: [{ Key: 'team', Value: 'a' }] }));
  await ask(new UntagResourceCommand({ SecretId: 'erp/token', TagKeys: ['stage'] }));
  assert.deepEqual((await ask(new DescribeSecretCommand({ SecretId: 'erp/token' }))).Tags, [{ Key: 'team', Value: 'a' }]);
});

test('what is refused is an exception of the model', async () => {
  await assert.rejects(valueOf('gone'), (error) => {
    assert.ok(error instanceof ResourceNotFoundException);
    assert.equal(error.message, "Secrets Manager can't find the specified secret.");
    assert.equal(error.$metadata.httpStatusCode, 400);
    return true;
  });
  await ask(new CreateSecretCommand({ Name: 'empty' }));
  await assert.rejects(valueOf('empty'), /staging label: AWSCURRENT/);
  await assert.rejects(ask(new CreateSecretCommand({ Name: 'empty' })), ResourceExistsException);
  await assert.rejects(ask(new CreateSecretCommand({ Name: 'not valid' })), { name: 'ValidationException', message: /^Invalid name\./ });
  await assert.rejects(ask(new DeleteSecretCommand({ SecretId: 'empty', RecoveryWindowInDays: 3 })), InvalidParameterException);
  await assert.rejects(ask(new RotateSecretCommand({ SecretId: 'empty' })), {
    name: 'InvalidRequestException', message: 'No Lambda rotation function ARN is associated with this secret.',
  });
  await assert.rejects(
    ask(new RotateSecretCommand({ SecretId: 'empty', RotationLambdaARN: `arn:aws:lambda:${region}:${account}:function:gone` })),
    { name: 'AccessDeniedException', message: /^Secrets Manager cannot invoke the specified Lambda function\./ },
  );
  await assert.rejects(ask(new CancelRotateSecretCommand({ SecretId: 'empty' })), InvalidRequestException);
});

test('a deleted secret comes back within its window', async () => {
  const { ARN } = await ask(new CreateSecretCommand({ Name: 'doomed', SecretString: 'doomed-value' }));
  const { DeletionDate } = await ask(new DeleteSecretCommand({ SecretId: 'doomed', RecoveryWindowInDays: 7 }));
  assert.ok(DeletionDate - Date.now() > 6.9 * 86_400_000);
  await assert.rejects(valueOf('doomed'), /marked for deletion/);
  await assert.rejects(ask(new CreateSecretCommand({ Name: 'doomed' })), /already scheduled for deletion/);
  assert.equal((await ask(new RestoreSecretCommand({ SecretId: 'doomed' }))).ARN, ARN);
  assert.equal(await valueOf('doomed'), 'doomed-value');
  await ask(new DeleteSecretCommand({ SecretId: 'doomed', ForceDeleteWithoutRecovery: true }));
  await assert.rejects(valueOf('doomed'), ResourceNotFoundException);
});

test('lists come in pages and by filter', async () => {
  for (const Name of ['list/a', 'list/b', 'list/c']) await ask(new CreateSecretCommand({ Name, SecretString: `value of ${Name}` }));
  const names = [];
  const pages = paginateListSecrets({ client: secrets, pageSize: 2 }, { Filters: [{ Key: 'name', Values: ['list/'] }] });
  for await (const page of pages) names.push(page.SecretList.map(({ Name }) => Name));
  assert.deepEqual(names, [['list/a', 'list/b'], ['list/c']]);
  const { SecretList } = await ask(new ListSecretsCommand({ Filters: [{ Key: 'name', Values: ['list/'] }], SortOrder: 'desc' }));
  assert.deepEqual(SecretList.map(({ Name }) => Name), ['list/c', 'list/b', 'list/a']);
  const batch = await ask(new BatchGetSecretValueCommand({ SecretIdList: ['list/a', 'gone'] }));
  assert.deepEqual(batch.SecretValues.map(({ SecretString }) => SecretString), ['value of list/a']);
  assert.deepEqual(batch.Errors.map(({ SecretId, ErrorCode }) => [SecretId, ErrorCode]), [['gone', 'ResourceNotFoundException']]);
  const { RandomPassword } = await ask(new GetRandomPasswordCommand({ PasswordLength: 24, ExcludePunctuation: true }));
  assert.match(RandomPassword, /^[A-Za-z0-9]{24}$/);
});

test('a parameter has versions, labels and a type', async () => {
  const put = (Value, more) => ssm.send(new PutParameterCommand({ Name: '/erp/limit', Value, ...more }));
  assert.equal((await put('10', { Type: 'String' })).Version, 1);
  await assert.rejects(put('11', { Type: 'String' }), ParameterAlreadyExists);
  assert.equal((await put('11', { Overwrite: true })).Version, 2);
  const get = async (Name) => (await ssm.send(new GetParameterCommand({ Name }))).Parameter;
  assert.equal((await get('/erp/limit')).Value, '11');
  assert.equal((await get('/erp/limit:1')).Value, '10');
  await ssm.send(new LabelParameterVersionCommand({ Name: '/erp/limit', ParameterVersion: 1, Labels: ['safe'] }));
  const labelled = await get('/erp/limit:safe');
  assert.equal(labelled.Selector, ':safe');
  assert.equal(labelled.ARN, `arn:aws:ssm:${region}:${account}:parameter/erp/limit`);
  assert.ok(labelled.LastModifiedDate instanceof Date);
  await assert.rejects(get('/erp/limit:9'), ParameterVersionNotFound);
  await assert.rejects(get('/erp/none'), ParameterNotFound);
  const { Parameters } = await ssm.send(new GetParameterHistoryCommand({ Name: '/erp/limit' }));
  assert.deepEqual(Parameters.map(({ Version, Labels }) => [Version, Labels]), [[1, ['safe']], [2, []]]);
  const unlabelled = await ssm.send(new UnlabelParameterVersionCommand({ Name: '/erp/limit', ParameterVersion: 1, Labels: ['safe'] }));
  assert.deepEqual(unlabelled.RemovedLabels, ['safe']);
  const resource = { ResourceType: 'Parameter', ResourceId: '/erp/limit' };
  await ssm.send(new AddTagsToResourceCommand({ ...resource, Tags: [{ Key: 'team', Value: 'a' }] }));
  assert.deepEqual((await ssm.send(new ListTagsForResourceCommand(resource))).TagList, [{ Key: 'team', Value: 'a' }]);
  await ssm.send(new RemoveTagsFromResourceCommand({ ...resource, TagKeys: ['team'] }));
  assert.deepEqual((await ssm.send(new ListTagsForResourceCommand(resource))).TagList, []);
  await ssm.send(new DeleteParameterCommand({ Name: '/erp/limit' }));
  await assert.rejects(get('/erp/limit'), ParameterNotFound);
});

test('a SecureString is never plain without being asked for', async () => {
  await ssm.send(new PutParameterCommand({ Name: '/secure/token', Value: 'plain-token', Type: 'SecureString' }));
  const get = async (WithDecryption) => (await ssm.send(new GetParameterCommand({ Name: '/secure/token', WithDecryption }))).Parameter;
  assert.equal((await get(true)).Value, 'plain-token');
  const { Value } = await get(false);
  assert.ok(!Value.includes('plain-token') && !Buffer.from(Value, 'base64').includes('plain-token'));
});

test('parameters are found by path, page by page', async () => {
  for (const Name of ['/shop/a', '/shop/b', '/shop/deep/c']) await ssm.send(new PutParameterCommand({ Name, Value: Name, Type: 'String' }));
  const names = async (more) => {
    const found = [];
    for await (const page of paginateGetParametersByPath({ client: ssm, pageSize: 1 }, { Path: '/shop', ...more }))
      found.push(...page.Parameters.map(({ Name }) => Name));
    return found;
  };
  assert.deepEqual(await names({}), ['/shop/a', '/shop/b']);
  assert.deepEqual(await names({ Recursive: true }), ['/shop/a', '/shop/b', '/shop/deep/c']);
  const many = await ssm.send(new GetParametersCommand({ Names: ['/shop/a', '/shop/none'] }));
  assert.deepEqual(many.InvalidParameters, ['/shop/none']);
  const described = await ssm.send(new DescribeParametersCommand({ ParameterFilters: [{ Key: 'Name', Option: 'BeginsWith', Values: ['/shop/d'] }] }));
  assert.deepEqual(described.Parameters.map(({ Name }) => Name), ['/shop/deep/c']);
  const deleted = await ssm.send(new DeleteParametersCommand({ Names: ['/shop/b', '/shop/none'] }));
  assert.deepEqual([deleted.DeletedParameters, deleted.InvalidParameters], [['/shop/b'], ['/shop/none']]);
});

test('Powertools reads both, decrypted, as JSON, and from its cache', async () => {
  const secretsProvider = new SecretsProvider({ awsSdkV3Client: secrets });
  const parameters = new SSMProvider({ awsSdkV3Client: ssm });
  await ask(new CreateSecretCommand({ Name: 'tools', SecretString: JSON.stringify({ password: 'tools-one' }) }));
  assert.deepEqual(await secretsProvider.get('tools', { transform: 'json' }), { password: 'tools-one' });
  await ask(new PutSecretValueCommand({ SecretId: 'tools', SecretString: JSON.stringify({ password: 'tools-two' }) }));
  assert.deepEqual(await secretsProvider.get('tools', { transform: 'json' }), { password: 'tools-one' }, 'cached for 5 seconds');
  assert.deepEqual(await secretsProvider.get('tools', { transform: 'json', forceFetch: true }), { password: 'tools-two' });

  await parameters.set('/tools/token', { value: 'tools-token', parameterType: 'SecureString' });
  assert.equal(await parameters.get('/tools/token', { decrypt: true }), 'tools-token');
  assert.notEqual(await parameters.get('/tools/token', { forceFetch: true }), 'tools-token');
  await parameters.set('/tools/size', { value: '3', parameterType: 'String' });
  assert.deepEqual(await parameters.getMultiple('/tools', { decrypt: true }), { token: 'tools-token', size: '3' });
  assert.deepEqual(await parameters.getParametersByName({ '/tools/size': {}, '/tools/token': { decrypt: true } }), {
    '/tools/size': '3', '/tools/token': 'tools-token',
  });
  for (const helper of [getParameter, getParameters, getParametersByName]) assert.equal(typeof helper, 'function');
});

test('STS tells the account that stands in every ARN', async () => {
  const { Account, Arn } = await rig.client(STSClient).send(new GetCallerIdentityCommand({}));
  const { ARN } = await ask(new CreateSecretCommand({ Name: 'whose' }));
  assert.equal(Account, account);
  assert.equal(Arn, `arn:aws:iam::${account}:root`);
  assert.equal(ARN.split(':')[4], account);
});

test('a function rotates a secret in four steps, and reads it from the extension beside it', async () => {
  const rotating = await startRig({ scenario: 'tests/clients/deployments/rotation.yaml' });
  try {
    const client = rotating.client(SecretsManagerClient);
    const lambda = rotating.client(LambdaClient);
    const invoke = async (event) => {
      const { Payload } = await lambda.send(new InvokeCommand({ FunctionName: 'rotate', Payload: JSON.stringify(event) }));
      return JSON.parse(Buffer.from(Payload).toString());
    };
    const current = async () => (await client.send(new GetSecretValueCommand({ SecretId: 'erp' }))).SecretString;
    await client.send(new CreateSecretCommand({ Name: 'erp', SecretString: 'before-rotation' }));
    const asked = await invoke({ path: '/secretsmanager/get?secretId=erp' });
    assert.equal(asked.status, 200);
    assert.equal(asked.body.SecretString, 'before-rotation');
    assert.equal((await invoke({ path: '/secretsmanager/get?secretId=erp', token: 'wrong' })).status, 401);

    await client.send(
      new RotateSecretCommand({
        SecretId: 'erp',
        RotationLambdaARN: `arn:aws:lambda:${region}:${account}:function:rotate`,
        RotationRules: { AutomaticallyAfterDays: 30 },
      }),
    );
    const value = await until(current, (found) => found !== 'before-rotation');
    assert.match(value, /^rotated-[A-Za-z0-9]{30}$/);
    const described = await until(
      () => client.send(new DescribeSecretCommand({ SecretId: 'erp' })), ({ LastRotatedDate }) => LastRotatedDate,
    );
    assert.equal(described.RotationEnabled, true);
    assert.equal(Object.values(described.VersionIdsToStages).filter((stages) => stages.includes('AWSPREVIOUS')).length, 1);
    assert.equal((await invoke({ path: '/secretsmanager/get?secretId=erp' })).body.SecretString, 'before-rotation', 'kept for 5 minutes');

    await rotating.stop();
    const steps = rotating.query("SELECT count(*) AS n FROM hops WHERE stage = 'invoke' AND source = 'secretsmanager'");
    assert.equal(steps[0].n, 4);
    assert.ok(!JSON.stringify(rotating.query('SELECT request, response FROM hops')).includes(value));
  } finally {
    await rotating.remove();
  }
});

test('forty reads a second are let through, and no more', async () => {
  const again = await startRig();
  try {
    const client = again.client(SSMClient);
    await client.send(new PutParameterCommand({ Name: '/storm', Value: 'x', Type: 'String' }));
    const answers = await Promise.allSettled(Array.from({ length: 300 }, () => client.send(new GetParameterCommand({ Name: '/storm' }))));
    const throttled = answers.filter(({ reason }) => reason?.name === 'ThrottlingException');
    assert.ok(throttled.length > 0);
    assert.ok(answers.length - throttled.length >= 40);
    assert.equal(throttled[0].reason.message, 'Rate exceeded');
  } finally {
    await again.remove();
  }
});

test('the run file holds no value', async () => {
  await rig.stop();
  const text = JSON.stringify(rig.query('SELECT request, response, operation FROM hops'));
  for (const value of ['first-value', 'second-value', 'doomed-value', 'plain-token', 'tools-one', 'tools-two', 'tools-token'])
    assert.ok(!text.includes(value), value);
  assert.ok(text.includes('[redacted]'));
});
