// Lambda as @aws-sdk/client-lambda sees it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';

import {
  CreateEventSourceMappingCommand,
  CreateFunctionCommand,
  DeleteEventSourceMappingCommand,
  DeleteFunctionCommand,
  DeleteFunctionConcurrencyCommand,
  DeleteFunctionEventInvokeConfigCommand,
  GetAccountSettingsCommand,
  GetEventSourceMappingCommand,
  GetFunctionCommand,
  GetFunctionConcurrencyCommand,
  GetFunctionConfigurationCommand,
  GetFunctionEventInvokeConfigCommand,
  InvalidParameterValueException,
  InvalidRequestContentException,
  InvokeCommand,
  InvokeWithResponseStreamCommand,
  LambdaClient,
  ListFunctionEventInvokeConfigsCommand,
  ListFunctionsCommand,
  ListVersionsByFunctionCommand,
  paginateListEventSourceMappings,
  paginateListFunctions,
  PublishVersionCommand,
  PutFunctionConcurrencyCommand,
  PutFunctionEventInvokeConfigCommand,
  RequestTooLargeException,
  ResourceConflictException,
  ResourceNotFoundException,
  TooManyRequestsException,
  UpdateEventSourceMappingCommand,
  UpdateFunctionConfigurationCommand,
  UpdateFunctionEventInvokeConfigCommand,
} from '@aws-sdk/client-lambda';
import { CreateQueueCommand, DeleteMessageCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';

import { account, region, startRig } from './support/rig.mjs';

let rig;
let lambda;
let sqs;
before(async () => {
  rig = await startRig({ scenario: 'tests/clients/deployments/orders.yaml' });
  lambda = rig.client(LambdaClient);
  sqs = rig.client(SQSClient);
});
after(() => rig.remove());

const send = (command) => lambda.send(command);
const arnOf = (name) => `arn:aws:lambda:${region}:${account}:function:${name}`;
const queueArn = (name) => `arn:aws:sqs:${region}:${account}:${name}`;
const createQueue = async (QueueName, Attributes) =>
  (await sqs.send(new CreateQueueCommand({ QueueName, Attributes }))).QueueUrl;
/** A function of the rig's own code. */
const createFunction = (FunctionName, more = {}) =>
  send(new CreateFunctionCommand({
    FunctionName, Handler: 'builtin', Runtime: 'provided.al2023', Role: `arn:aws:iam::${account}:role/any`, Code: {}, ...more,
  }));
async function next(QueueUrl) {
  const { Messages } = await sqs.send(
    new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20, MessageAttributeNames: ['All'] }),
  );
  await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: Messages[0].ReceiptHandle }));
  return Messages[0];
}

const orders = readFileSync(new URL('../../scenarios/data/order_placed.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line));
/** The n-th order, as the bus hands it to a function. */
const order = (n, more = {}) => ({
  version: '0',
  id: `00000000-0000-4000-8000-00000000000${n}`,
  'detail-type': 'Order_Placed__e',
  source: 'aws.partner/salesforce.com/test',
  account,
  time: '2026-01-05T10:00:00Z',
  region,
  resources: [],
  detail: { payload: { CreatedDate: '2026-01-05T09:59:58.000Z', ...orders[n] }, event: { EventUuid: `uuid-${n}` }, ...more },
});
const payloadOf = (output) => JSON.parse(new TextDecoder().decode(output.Payload));
const invoke = (FunctionName, event, more = {}) =>
  send(new InvokeCommand({ FunctionName, Payload: JSON.stringify(event), ...more }));

test('a function is created, described, listed, changed and deleted', async () => {
  const made = await createFunction('made', { Timeout: 10 });
  assert.deepEqual(
    [made.FunctionName, made.FunctionArn, made.Timeout, made.Version, made.State, made.LastUpdateStatus],
    ['made', arnOf('made'), 10, '$LATEST', 'Active', 'Successful'],
  );
  assert.equal(made.$metadata.httpStatusCode, 201);
  assert.ok(!Number.isNaN(Date.parse(made.LastModified)));
  for (const name of ['made', arnOf('made'), `${account}:function:made`, `${arnOf('made')}:$LATEST`]) {
    const { Configuration } = await send(new GetFunctionCommand({ FunctionName: name }));
    assert.equal(Configuration.FunctionArn, arnOf('made'), name);
  }
  await createQueue('made-dlq');
  const changed = await send(
    new UpdateFunctionConfigurationCommand({
      FunctionName: 'made', Timeout: 20, DeadLetterConfig: { TargetArn: queueArn('made-dlq') },
    }),
  );
  assert.deepEqual([changed.Timeout, changed.DeadLetterConfig], [20, { TargetArn: queueArn('made-dlq') }]);
  await send(new UpdateFunctionConfigurationCommand({ FunctionName: 'made', DeadLetterConfig: { TargetArn: '' } }));
  const read = await send(new GetFunctionConfigurationCommand({ FunctionName: 'made' }));
  assert.deepEqual([read.Timeout, read.DeadLetterConfig?.TargetArn], [20, undefined]);
  const { Functions } = await send(new ListFunctionsCommand({}));
  assert.deepEqual(Functions.map(({ FunctionName }) => FunctionName), ['ingest', 'made']);
  const removed = await send(new DeleteFunctionCommand({ FunctionName: 'made' }));
  assert.equal(removed.$metadata.httpStatusCode, 204);
  await assert.rejects(send(new GetFunctionCommand({ FunctionName: 'made' })), ResourceNotFoundException);
});

test('lists come in pages', async () => {
  for (const name of ['page-a', 'page-b', 'page-c']) await createFunction(name);
  const pages = [];
  for await (const page of paginateListFunctions({ client: lambda, pageSize: 2 }, {})) {
    pages.push(page.Functions.map(({ FunctionName }) => FunctionName));
  }
  assert.deepEqual(pages, [['ingest', 'page-a'], ['page-b', 'page-c']]);
});

test('a synchronous invocation answers with what the function returned', async () => {
  const output = await invoke('ingest', order(0));
  assert.deepEqual(
    [output.StatusCode, output.ExecutedVersion, output.FunctionError, output.LogResult],
    [200, '$LATEST', undefined, undefined],
  );
  assert.equal(payloadOf(output).status, 200);
  assert.match(output.$metadata.requestId, /^[0-9a-f]{8}-/);
  for (const name of [arnOf('ingest'), `${account}:function:ingest`, 'ingest:$LATEST']) {
    assert.equal((await invoke(name, order(0))).StatusCode, 200, name);
  }
  assert.equal((await invoke('ingest', order(0), { Qualifier: '$LATEST' })).StatusCode, 200);
});

test('an error of the function is an answer with status 200', async () => {
  const output = await invoke('ingest', { id: '1', 'detail-type': 'Unknown__e', source: 's', detail: { payload: {} } });
  assert.deepEqual([output.StatusCode, output.ExecutedVersion, output.FunctionError], [200, '$LATEST', 'Unhandled']);
  assert.equal(typeof payloadOf(output).errorMessage, 'string');
  assert.match(payloadOf(output).errorType, /^[A-Z][A-Za-z.]+$/);
});

test('the tail of the log comes along when it is asked for', async () => {
  const { LogResult } = await invoke('ingest', order(0), { LogType: 'Tail' });
  const log = Buffer.from(LogResult, 'base64').toString();
  const [, id] = /^START RequestId: ([0-9a-f-]{36}) Version: \$LATEST$/m.exec(log);
  assert.match(log, new RegExp(`^END RequestId: ${id}$`, 'm'));
  assert.match(log, new RegExp(`^REPORT RequestId: ${id}\tDuration: \\d+\\.\\d\\d ms\tBilled Duration: \\d+ ms\t`, 'm'));
});

test('an asynchronous invocation is accepted at once, a dry run does nothing', async () => {
  const accepted = await invoke('ingest', order(1), { InvocationType: 'Event' });
  assert.deepEqual([accepted.StatusCode, accepted.ExecutedVersion, accepted.Payload?.length ?? 0], [202, undefined, 0]);
  const dry = await invoke('ingest', order(2), { InvocationType: 'DryRun' });
  assert.deepEqual([dry.StatusCode, dry.Payload?.length ?? 0], [204, 0]);
});

test('retries, age and destination of asynchronous events are set, changed and taken back', async () => {
  await createQueue('failures');
  await createFunction('asynchronous');
  const FunctionName = 'asynchronous';
  await assert.rejects(send(new GetFunctionEventInvokeConfigCommand({ FunctionName })), (error) => {
    assert.ok(error instanceof ResourceNotFoundException);
    assert.equal(error.message, `The function ${arnOf(FunctionName)}:$LATEST doesn't have an EventInvokeConfig`);
    return true;
  });
  const DestinationConfig = { OnSuccess: {}, OnFailure: { Destination: queueArn('failures') } };
  const put = await send(
    new PutFunctionEventInvokeConfigCommand({ FunctionName, MaximumRetryAttempts: 1, DestinationConfig }),
  );
  assert.ok(put.LastModified instanceof Date);
  assert.ok(Math.abs(put.LastModified - Date.now()) < 600_000, 'epoch seconds');
  const expected = {
    FunctionArn: `${arnOf(FunctionName)}:$LATEST`,
    MaximumRetryAttempts: 1,
    MaximumEventAgeInSeconds: 21600,
    DestinationConfig,
  };
  const settings = ({ LastModified, $metadata, ...rest }) => rest;
  assert.deepEqual(settings(put), expected);
  const updated = await send(new UpdateFunctionEventInvokeConfigCommand({ FunctionName, MaximumEventAgeInSeconds: 60 }));
  assert.deepEqual(settings(updated), { ...expected, MaximumEventAgeInSeconds: 60 });
  assert.deepEqual(settings(await send(new GetFunctionEventInvokeConfigCommand({ FunctionName }))), settings(updated));
  const listed = await send(new ListFunctionEventInvokeConfigsCommand({ FunctionName }));
  assert.deepEqual(listed.FunctionEventInvokeConfigs.map(settings), [settings(updated)]);
  const anew = await send(new PutFunctionEventInvokeConfigCommand({ FunctionName, MaximumRetryAttempts: 0 }));
  assert.deepEqual(settings(anew), {
    ...expected, MaximumRetryAttempts: 0, DestinationConfig: { OnSuccess: {}, OnFailure: {} },
  });
  await send(new DeleteFunctionEventInvokeConfigCommand({ FunctionName }));
  assert.deepEqual((await send(new ListFunctionEventInvokeConfigsCommand({ FunctionName }))).FunctionEventInvokeConfigs, []);
  await assert.rejects(send(new DeleteFunctionEventInvokeConfigCommand({ FunctionName })), ResourceNotFoundException);
});

test('an event that fails to the end lies in the destination and in the dead-letter queue', async () => {
  const destination = await createQueue('gave-up');
  const deadLetters = await createQueue('gave-up-dlq');
  // From its first receive on a queue has a reader, who ends the event by taking it out.
  for (const QueueUrl of [destination, deadLetters]) await sqs.send(new ReceiveMessageCommand({ QueueUrl }));
  const FunctionName = 'fails';
  await createFunction(FunctionName, { DeadLetterConfig: { TargetArn: queueArn('gave-up-dlq') } });
  await send(
    new PutFunctionEventInvokeConfigCommand({
      FunctionName, MaximumRetryAttempts: 0, DestinationConfig: { OnFailure: { Destination: queueArn('gave-up') } },
    }),
  );
  const event = { 'detail-type': 'poison' };
  await invoke(FunctionName, event, { InvocationType: 'Event' });
  const record = JSON.parse((await next(destination)).Body);
  assert.equal(record.requestContext.condition, 'RetriesExhausted');
  assert.equal(record.requestContext.functionArn, `${arnOf(FunctionName)}:$LATEST`);
  assert.equal(record.requestContext.approximateInvokeCount, 1);
  assert.deepEqual(record.requestPayload, event);
  assert.equal(record.responseContext.functionError, 'Unhandled');
  const dead = await next(deadLetters);
  assert.deepEqual(JSON.parse(dead.Body), event);
  assert.deepEqual(dead.MessageAttributes.ErrorCode, { DataType: 'Number', StringValue: '200' });
  assert.equal(dead.MessageAttributes.RequestID.StringValue, record.requestContext.requestId);
  assert.equal(dead.MessageAttributes.ErrorMessage.StringValue, record.responsePayload.errorMessage);
});

test('concurrency is reserved, refused, counted and given back', async () => {
  const FunctionName = 'reserved';
  await createFunction(FunctionName);
  const read = async () => (await send(new GetFunctionConcurrencyCommand({ FunctionName }))).ReservedConcurrentExecutions;
  const unreserved = async () =>
    (await send(new GetAccountSettingsCommand({}))).AccountLimit.UnreservedConcurrentExecutions;
  assert.equal(await read(), undefined);
  const before = await unreserved();
  const put = await send(new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: 7 }));
  assert.equal(put.ReservedConcurrentExecutions, 7);
  assert.equal(await read(), 7);
  assert.equal(await unreserved(), before - 7);
  const { Concurrency } = await send(new GetFunctionCommand({ FunctionName }));
  assert.deepEqual(Concurrency, { ReservedConcurrentExecutions: 7 });
  await assert.rejects(send(new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: 901 })), {
    name: 'InvalidParameterValueException',
    message: /decreases account's UnreservedConcurrentExecution below its minimum value/,
  });
  await send(new DeleteFunctionConcurrencyCommand({ FunctionName }));
  assert.equal(await read(), undefined);
  assert.equal(await unreserved(), before);
});

test('without concurrency callers get a 429 with its reason, and events a record of it', async () => {
  const FunctionName = 'closed';
  const destination = await createQueue('closed-failures');
  await createFunction(FunctionName);
  await send(new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: 0 }));
  const throttled = (attempts) => (error) => {
    assert.ok(error instanceof TooManyRequestsException, `${error.name}: ${error.message}`);
    assert.deepEqual(
      [error.Reason, error.Type, error.message, error.$metadata.httpStatusCode, error.$metadata.attempts],
      ['ReservedFunctionConcurrentInvocationLimitExceeded', 'User', 'Rate Exceeded.', 429, attempts],
    );
    return true;
  };
  await assert.rejects(invoke(FunctionName, order(3)), throttled(1));
  const command = new InvokeCommand({ FunctionName, Payload: '{}' });
  await assert.rejects(rig.client(LambdaClient, { maxAttempts: 2 }).send(command), throttled(2));

  await send(
    new PutFunctionEventInvokeConfigCommand({
      FunctionName, DestinationConfig: { OnFailure: { Destination: queueArn('closed-failures') } },
    }),
  );
  assert.equal((await invoke(FunctionName, order(3), { InvocationType: 'Event' })).StatusCode, 202);
  const record = JSON.parse((await next(destination)).Body);
  assert.deepEqual(
    [record.requestContext.condition, record.requestContext.approximateInvokeCount, record.responseContext],
    ['ZeroReservedConcurrency', 0, undefined],
  );
});

test('an event source mapping is created, described, listed, changed and deleted', async () => {
  await createFunction('mapped', { Timeout: 5 });
  await createQueue('source');
  await createQueue('other-source');
  const created = await send(
    new CreateEventSourceMappingCommand({
      FunctionName: 'mapped',
      EventSourceArn: queueArn('source'),
      BatchSize: 100,
      MaximumBatchingWindowInSeconds: 2,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: 2 },
      Enabled: false,
    }),
  );
  assert.equal(created.$metadata.httpStatusCode, 202);
  assert.match(created.UUID, /^[0-9a-f-]{36}$/);
  assert.ok(created.LastModified instanceof Date);
  assert.deepEqual(
    [created.FunctionArn, created.EventSourceArn, created.BatchSize, created.MaximumBatchingWindowInSeconds],
    [arnOf('mapped'), queueArn('source'), 100, 2],
  );
  assert.deepEqual(
    [created.FunctionResponseTypes, created.ScalingConfig, created.State],
    [['ReportBatchItemFailures'], { MaximumConcurrency: 2 }, 'Disabled'],
  );
  const { UUID } = created;
  const changed = await send(
    new UpdateEventSourceMappingCommand({
      UUID, BatchSize: 5, MaximumBatchingWindowInSeconds: 0, FunctionResponseTypes: [], Enabled: true,
    }),
  );
  assert.deepEqual(
    [changed.BatchSize, changed.MaximumBatchingWindowInSeconds, changed.FunctionResponseTypes, changed.State],
    [5, 0, [], 'Enabled'],
  );
  const { $metadata, ...read } = await send(new GetEventSourceMappingCommand({ UUID }));
  assert.equal(read.BatchSize, 5);
  await send(new CreateEventSourceMappingCommand({ FunctionName: arnOf('mapped'), EventSourceArn: queueArn('other-source') }));
  const pages = [];
  for await (const page of paginateListEventSourceMappings({ client: lambda, pageSize: 1 }, { FunctionName: 'mapped' })) {
    pages.push(page.EventSourceMappings.map(({ EventSourceArn }) => EventSourceArn));
  }
  assert.deepEqual(pages, [[queueArn('source')], [queueArn('other-source')]]);
  await assert.rejects(
    send(new CreateEventSourceMappingCommand({ FunctionName: 'mapped', EventSourceArn: queueArn('source') })),
    ResourceConflictException,
  );
  const deleted = await send(new DeleteEventSourceMappingCommand({ UUID }));
  assert.equal(deleted.State, 'Deleting');
  await assert.rejects(send(new GetEventSourceMappingCommand({ UUID })), ResourceNotFoundException);
});

test('errors have the classes and texts of AWS', async () => {
  await createFunction('taken', { Timeout: 60 });
  await createQueue('short', { VisibilityTimeout: '30' });
  const mapping = (more) => new CreateEventSourceMappingCommand({ FunctionName: 'ingest', EventSourceArn: queueArn('short'), ...more });
  const sized = (bytes, InvocationType) =>
    new InvokeCommand({ FunctionName: 'ingest', InvocationType, Payload: JSON.stringify('x'.repeat(bytes - 2)) });
  const cases = [
    [new InvokeCommand({ FunctionName: 'none' }), ResourceNotFoundException, 404, `Function not found: ${arnOf('none')}:$LATEST`],
    [new InvokeCommand({ FunctionName: 'ingest', Qualifier: 'live' }), ResourceNotFoundException, 404,
      `Function not found: ${arnOf('ingest')}:live`],
    [new InvokeCommand({ FunctionName: 'ingest', Payload: 'no json' }), InvalidRequestContentException, 400,
      /^Could not parse request body into json: /],
    [sized(6_291_457), RequestTooLargeException, 413,
      '6291457 byte payload is too large for the RequestResponse invocation type (limit 6291456 bytes)'],
    [sized(1_048_577, 'Event'), RequestTooLargeException, 413,
      '1048577 byte payload is too large for the Event invocation type (limit 1048576 bytes)'],
    [new InvokeCommand({ FunctionName: 'ingest', Payload: 'x'.repeat(6_291_457) }), RequestTooLargeException, 413,
      '6291457 byte payload is too large for the RequestResponse invocation type (limit 6291456 bytes)'],
    [new GetFunctionCommand({ FunctionName: 'none' }), ResourceNotFoundException, 404, `Function not found: ${arnOf('none')}`],
    [new CreateFunctionCommand({ FunctionName: 'taken', Handler: 'builtin', Code: {}, Role: 'r' }), ResourceConflictException, 409,
      'Function already exist: taken'],
    [new UpdateFunctionConfigurationCommand({ FunctionName: 'taken', Timeout: 901 }), InvalidParameterValueException, 400,
      /'timeout' failed to satisfy constraint/],
    [new PutFunctionEventInvokeConfigCommand({ FunctionName: 'taken', MaximumRetryAttempts: 3 }), InvalidParameterValueException,
      400, /'maximumRetryAttempts' failed to satisfy constraint/],
    [mapping({ EventSourceArn: queueArn('none') }), InvalidParameterValueException, 400,
      'Error occurred while ReceiveMessage. SQS Error Code: AWS.SimpleQueueService.NonExistentQueue. ' +
        'SQS Error Message: The specified queue does not exist.'],
    [mapping({ BatchSize: 11 }), InvalidParameterValueException, 400,
      'Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10'],
    [mapping({ FunctionName: 'taken' }), InvalidParameterValueException, 400,
      'Queue visibility timeout: 30 seconds is less than Function timeout: 60 seconds'],
    [mapping({ FunctionName: 'none' }), ResourceNotFoundException, 404, `Function not found: ${arnOf('none')}`],
    [new UpdateEventSourceMappingCommand({ UUID: 'none', BatchSize: 1 }), ResourceNotFoundException, 404,
      'The resource you requested does not exist.'],
  ];
  for (const [command, Class, status, message] of cases) {
    await assert.rejects(send(command), (error) => {
      assert.ok(error instanceof Class, `${error.name}: ${error.message}`);
      assert.equal(error.$metadata.httpStatusCode, status);
      if (message instanceof RegExp) assert.match(error.message, message);
      else assert.equal(error.message, message);
      return true;
    });
  }
});

test('what is not emulated is refused', async () => {
  const cases = [
    [new CreateFunctionCommand({ FunctionName: 'x', Handler: 'index.handler', Role: 'r', Code: {} }),
      /^Lambda CreateFunction: the Handler index.handler \('builtin' is\) is not emulated by relayrig$/],
    [new CreateFunctionCommand({ FunctionName: 'x', Handler: 'builtin', Role: 'r', Code: {}, Layers: ['any'] }),
      /^Lambda CreateFunction: the parameter Layers is not emulated/],
    [new InvokeCommand({ FunctionName: 'ingest', ClientContext: 'e30=' }), /^Lambda Invoke: X-Amz-Client-Context is not emulated/],
    [new InvokeWithResponseStreamCommand({ FunctionName: 'ingest' }), /^Lambda InvokeWithResponseStream is not emulated/],
    [new PublishVersionCommand({ FunctionName: 'ingest' }), /^Lambda PublishVersion is not emulated/],
    [new ListVersionsByFunctionCommand({ FunctionName: 'ingest' }), /^Lambda ListVersionsByFunction is not emulated/],
    [new GetFunctionCommand({ FunctionName: 'ingest', Qualifier: 'live' }), /^Lambda GetFunction: the version or alias live is not emulated/],
  ];
  for (const [command, message] of cases) {
    await assert.rejects(send(command), (error) => {
      assert.equal(error.name, 'NotImplemented', error.message);
      assert.match(error.message, message);
      return true;
    });
  }
});

test('each invocation is an event with an end, each attempt of a client a hop', async () => {
  const { code, report } = await rig.stop();
  assert.equal(code, 0, report);
  const ends = rig.query('SELECT channel, "end", count(*) AS times FROM events GROUP BY 1, 2 ORDER BY 1, 2');
  assert.deepEqual(
    ends.map(({ channel, end, times }) => `${channel} ${end} ${times}`),
    [
      'closed dead_lettered 1', // the accepted event, given up at once
      'closed rejected 3', // the throttled calls
      'fails delivered 1', // taken out of its dead-letter queue
      'ingest delivered 7',
      'ingest rejected 4', // the function's error and what was too large
    ],
  );
  const attempts = rig.query(
    "SELECT attempt, status FROM spans WHERE stage = 'client' AND operation = 'Invoke' AND outcome = 'throttled' ORDER BY id",
  );
  assert.deepEqual(attempts, [{ attempt: 1, status: 429 }, { attempt: 1, status: 429 }, { attempt: 2, status: 429 }]);
  const [{ charges }] = rig.query("SELECT sum(times) AS charges FROM effects WHERE operation = 'charge'");
  assert.equal(charges, 2, 'of the two orders, however often they were sent');
});
