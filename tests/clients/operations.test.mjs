// Every operation that the clients know either answers, and stands in the table of emulator/edge/DESIGN.md, or is
// refused by its name.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';

import * as cloudwatch from '@aws-sdk/client-cloudwatch';
import * as logs from '@aws-sdk/client-cloudwatch-logs';
import * as eventbridge from '@aws-sdk/client-eventbridge';
import * as lambda from '@aws-sdk/client-lambda';
import * as secretsManager from '@aws-sdk/client-secrets-manager';
import * as sns from '@aws-sdk/client-sns';
import * as sqs from '@aws-sdk/client-sqs';
import * as ssm from '@aws-sdk/client-ssm';
import * as sts from '@aws-sdk/client-sts';

import { startRig } from './support/rig.mjs';

let rig;
before(async () => (rig = await startRig()));
after(() => rig.remove());

const design = readFileSync(new URL('../../emulator/edge/DESIGN.md', import.meta.url), 'utf8');
const table = design.slice(design.indexOf('| service | operations |'));
function emulated(service) {
  const [, list] = new RegExp(`^\\| ${service} \\| (.*) \\|$`, 'm').exec(table);
  return list.split(', ');
}
const operations = (module) =>
  Object.keys(module).filter((name) => /^[A-Z].*Command$/.test(name)).map((name) => name.replace(/Command$/, ''));

/** What stands in the paths of Lambda; the rest of an input may be absent, as the service checks it. */
const labels = Object.fromEntries(
  ['FunctionName', 'UUID', 'Name', 'LayerName', 'StatementId', 'Resource', 'ResourceArn', 'CapacityProviderName',
    'CodeSigningConfigArn', 'DurableExecutionArn', 'CallbackId'].map((name) => [name, 'any']),
);
Object.assign(labels, { VersionNumber: 1, TagKeys: ['any'] });

const services = [
  ['EventBridge', eventbridge, eventbridge.EventBridgeClient, {}],
  ['SNS', sns, sns.SNSClient, {}],
  ['SQS', sqs, sqs.SQSClient, {}],
  ['STS', sts, sts.STSClient, {}],
  ['Secrets Manager', secretsManager, secretsManager.SecretsManagerClient, {}],
  ['Systems Manager', ssm, ssm.SSMClient, {}],
  ['Lambda', lambda, lambda.LambdaClient, labels],
  ['CloudWatch', cloudwatch, cloudwatch.CloudWatchClient, {}],
  ['CloudWatch Logs', logs, logs.CloudWatchLogsClient, {}],
];
for (const [service, module, Client, input] of services) {
  test(`${service}: what is documented answers, the rest is refused by name`, async () => {
    // Some operations of CloudWatch Logs have a host of their own.
    const client = rig.client(Client, { disableHostPrefix: true });
    const documented = emulated(service);
    const known = operations(module);
    assert.deepEqual(documented.filter((operation) => !known.includes(operation)), [], 'no client knows these');
    const wrong = [];
    for (const operation of known) {
      const answer = await client.send(new module[`${operation}Command`](input)).catch((error) => error);
      const isRefused = answer.name === 'NotImplemented' && answer.message.endsWith('is not emulated by relayrig') &&
        !answer.message.includes('the parameter');
      const isNamed = answer.message?.startsWith(`${service} ${operation} `) || (service === 'Lambda' && / \/20\d\d-/.test(answer.message));
      assert.match(answer.$metadata?.requestId ?? '', /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, operation);
      if (documented.includes(operation) ? isRefused : !(isRefused && isNamed)) wrong.push(`${operation}: ${answer.name} ${answer.message}`);
    }
    assert.deepEqual(wrong, []);
  });
}
