// App Runner's control plane as @aws-sdk/client-apprunner sees it, and what it does to the service.
import assert from 'node:assert/strict';
import { request } from 'node:http';
import { after, before, test } from 'node:test';

import {
  AppRunnerClient,
  CreateAutoScalingConfigurationCommand,
  CreateServiceCommand,
  DeleteAutoScalingConfigurationCommand,
  DeleteServiceCommand,
  DescribeAutoScalingConfigurationCommand,
  DescribeServiceCommand,
  InvalidRequestException,
  InvalidStateException,
  ListOperationsCommand,
  ListTagsForResourceCommand,
  paginateListAutoScalingConfigurations,
  paginateListServices,
  PauseServiceCommand,
  ResourceNotFoundException,
  ResumeServiceCommand,
  StartDeploymentCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateDefaultAutoScalingConfigurationCommand,
  UpdateServiceCommand,
} from '@aws-sdk/client-apprunner';
import { DeleteMessageCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';

import { account, region, startRig, until } from './support/rig.mjs';

let rig;
let runner;
let own;
before(async () => {
  rig = await startRig({ scenario: 'tests/clients/deployments/app_runner.yaml' });
  runner = rig.client(AppRunnerClient);
  const services = [];
  for await (const page of paginateListServices({ client: runner }, {})) services.push(...page.ServiceSummaryList);
  assert.equal(services.length, 1);
  [own] = services;
});
after(() => rig.remove());

const describe = async (arn = own.ServiceArn) => (await runner.send(new DescribeServiceCommand({ ServiceArn: arn }))).Service;
const settled = (arn) => until(() => describe(arn), (service) => service.Status !== 'OPERATION_IN_PROGRESS');

/** Asks the router for a host, as a browser would. */
function visit(host, path = '/health') {
  return new Promise((resolve, reject) => {
    const asked = request(rig.url + path, { headers: { host } }, (answer) => {
      let body = '';
      answer.on('data', (part) => (body += part));
      answer.on('end', () => resolve({ status: answer.statusCode, server: answer.headers.server, body }));
    });
    asked.on('error', reject);
    asked.end();
  });
}

test('the rig\'s own service is there, and its host answers', async () => {
  const service = await describe();
  assert.equal(service.ServiceName, 'middleware');
  assert.equal(service.Status, 'RUNNING');
  assert.match(service.ServiceArn, new RegExp(`^arn:aws:apprunner:${region}:${account}:service/middleware/[0-9a-f]{32}$`));
  assert.ok(service.CreatedAt instanceof Date);
  assert.equal(service.HealthCheckConfiguration.Path, '/health');
  const answer = await visit(service.ServiceUrl);
  assert.equal(answer.status, 200);
  assert.equal(answer.server, 'envoy');
  assert.match(JSON.parse(answer.body).serviceId, /^middleware-\d+$/);
  assert.deepEqual(await visit(`unknown.${region}.awsapprunner.com`), { status: 404, server: 'envoy', body: '' });
});

test('a deployment answers at once, refuses others meanwhile, and new instances serve', async () => {
  const before = JSON.parse((await visit(own.ServiceUrl)).body).serviceId;
  const { OperationId } = await runner.send(new StartDeploymentCommand({ ServiceArn: own.ServiceArn }));
  await assert.rejects(runner.send(new PauseServiceCommand({ ServiceArn: own.ServiceArn })), InvalidStateException);
  assert.equal((await settled()).Status, 'RUNNING');
  const { OperationSummaryList } = await runner.send(new ListOperationsCommand({ ServiceArn: own.ServiceArn }));
  assert.equal(OperationSummaryList[0].Id, OperationId);
  assert.equal(OperationSummaryList[0].Type, 'START_DEPLOYMENT');
  assert.equal(OperationSummaryList[0].Status, 'SUCCEEDED');
  assert.ok(OperationSummaryList[0].EndedAt > OperationSummaryList[0].StartedAt);
  assert.notEqual(JSON.parse((await visit(own.ServiceUrl)).body).serviceId, before);
});

test('a paused service is not found by its callers until it is resumed', async () => {
  const { Service } = await runner.send(new PauseServiceCommand({ ServiceArn: own.ServiceArn }));
  assert.equal(Service.Status, 'OPERATION_IN_PROGRESS');
  assert.equal((await settled()).Status, 'PAUSED');
  assert.equal((await visit(own.ServiceUrl)).status, 404);
  await assert.rejects(runner.send(new StartDeploymentCommand({ ServiceArn: own.ServiceArn })), InvalidStateException);
  await runner.send(new ResumeServiceCommand({ ServiceArn: own.ServiceArn }));
  assert.equal((await settled()).Status, 'RUNNING');
  assert.equal((await visit(own.ServiceUrl)).status, 200);
});

test('auto scaling configurations are revisions, and an update makes the service have one', async () => {
  const make = (MaxConcurrency) =>
    runner.send(new CreateAutoScalingConfigurationCommand({ AutoScalingConfigurationName: 'wide', MaxConcurrency, MinSize: 2, MaxSize: 4 }));
  const { AutoScalingConfiguration: first } = await make(10);
  const { AutoScalingConfiguration: second } = await make(20);
  assert.equal(second.AutoScalingConfigurationRevision, 2);
  assert.equal(second.Latest, true);
  await assert.rejects(make(201), InvalidRequestException);

  await runner.send(new UpdateServiceCommand({ ServiceArn: own.ServiceArn, AutoScalingConfigurationArn: second.AutoScalingConfigurationArn }));
  const service = await settled();
  assert.equal(service.AutoScalingConfigurationSummary.AutoScalingConfigurationArn, second.AutoScalingConfigurationArn);
  const remove = (one) =>
    runner.send(new DeleteAutoScalingConfigurationCommand({ AutoScalingConfigurationArn: one.AutoScalingConfigurationArn }));
  await assert.rejects(remove(second), InvalidRequestException);
  assert.equal((await remove(first)).AutoScalingConfiguration.Status, 'INACTIVE');
  await runner.send(new UpdateDefaultAutoScalingConfigurationCommand({ AutoScalingConfigurationArn: second.AutoScalingConfigurationArn }));
  const described = await runner.send(
    new DescribeAutoScalingConfigurationCommand({ AutoScalingConfigurationArn: second.AutoScalingConfigurationArn.split('/').slice(0, 2).join('/') }),
  );
  assert.equal(described.AutoScalingConfiguration.IsDefault, true);
  const names = [];
  for await (const page of paginateListAutoScalingConfigurations({ client: runner, pageSize: 1 }, {}))
    names.push(...page.AutoScalingConfigurationSummaryList.map((one) => one.AutoScalingConfigurationName));
  assert.deepEqual(names, ['wide', 'middleware', 'DefaultConfiguration']);
});

test('another service of the same image is created, tagged, visited and deleted', async () => {
  const { ImageRepository } = (await describe()).SourceConfiguration;
  const create = (image) =>
    runner.send(
      new CreateServiceCommand({
        ServiceName: 'second',
        SourceConfiguration: { ImageRepository: { ImageIdentifier: image, ImageRepositoryType: 'ECR' } },
        Tags: [{ Key: 'team', Value: 'orders' }],
      }),
    );
  await assert.rejects(create('nginx:latest'), (error) => error.name === 'NotImplemented' && /nginx:latest/.test(error.message));
  const { Service } = await create(ImageRepository.ImageIdentifier);
  await assert.rejects(create(ImageRepository.ImageIdentifier), InvalidRequestException);
  assert.equal((await settled(Service.ServiceArn)).Status, 'RUNNING');
  assert.equal(JSON.parse((await visit(Service.ServiceUrl)).body).serviceId, 'second-1');

  await runner.send(new TagResourceCommand({ ResourceArn: Service.ServiceArn, Tags: [{ Key: 'stage', Value: 'test' }] }));
  await runner.send(new UntagResourceCommand({ ResourceArn: Service.ServiceArn, TagKeys: ['team'] }));
  const { Tags } = await runner.send(new ListTagsForResourceCommand({ ResourceArn: Service.ServiceArn }));
  assert.deepEqual(Tags, [{ Key: 'stage', Value: 'test' }]);

  await runner.send(new DeleteServiceCommand({ ServiceArn: Service.ServiceArn }));
  assert.equal((await settled(Service.ServiceArn)).Status, 'DELETED');
  assert.equal((await visit(Service.ServiceUrl)).status, 404);
  await assert.rejects(runner.send(new PauseServiceCommand({ ServiceArn: Service.ServiceArn })), ResourceNotFoundException);
});

test('a rule of the default bus hears of operations', async () => {
  const sqs = rig.client(SQSClient);
  const QueueUrl = `${rig.url}/${account}/told`;
  const statuses = [];
  await until(
    async () => {
      const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
      for (const { Body, ReceiptHandle } of Messages ?? []) {
        const event = JSON.parse(Body);
        assert.equal(event.source, 'aws.apprunner');
        statuses.push(event.detail.operationStatus ?? event.detail.currentServiceStatus);
        await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
      }
      return statuses;
    },
    (all) => ['DeploymentStarted', 'DeploymentCompletedSuccessfully', 'PAUSED', 'UpdateServiceCompletedSuccessfully', 'DELETED'].every((one) => all.includes(one)),
  );
});
