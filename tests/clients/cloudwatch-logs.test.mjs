// CloudWatch Logs as @aws-sdk/client-cloudwatch-logs sees it, and what the boxes of the rig write there.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';

import { CloudWatchClient, GetMetricStatisticsCommand } from '@aws-sdk/client-cloudwatch';
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DeleteLogGroupCommand,
  DeleteLogStreamCommand,
  DeleteMetricFilterCommand,
  DeleteRetentionPolicyCommand,
  DescribeLogGroupsCommand,
  DescribeLogStreamsCommand,
  DescribeMetricFiltersCommand,
  DescribeQueriesCommand,
  FilterLogEventsCommand,
  GetLogEventsCommand,
  GetQueryResultsCommand,
  InvalidParameterException,
  ListTagsForResourceCommand,
  MalformedQueryException,
  paginateDescribeLogGroups,
  paginateFilterLogEvents,
  paginateGetLogEvents,
  PutLogEventsCommand,
  PutMetricFilterCommand,
  PutRetentionPolicyCommand,
  PutSubscriptionFilterCommand,
  ResourceAlreadyExistsException,
  ResourceNotFoundException,
  StartQueryCommand,
  StopQueryCommand,
  TagResourceCommand,
  TestMetricFilterCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';

import { account, region, startRig } from './support/rig.mjs';

let rig;
let logs;
before(async () => {
  rig = await startRig({ scenario: 'tests/clients/deployments/orders.yaml' });
  logs = rig.client(CloudWatchLogsClient);
});
after(() => rig.remove());

/** A group with one stream. */
async function makeStream(logGroupName, logStreamName = 'one') {
  await logs.send(new CreateLogGroupCommand({ logGroupName }));
  await logs.send(new CreateLogStreamCommand({ logGroupName, logStreamName }));
  return { logGroupName, logStreamName };
}
const put = (stream, ...messages) => {
  const timestamp = Date.now();
  return logs.send(
    new PutLogEventsCommand({ ...stream, logEvents: messages.map((message) => ({ timestamp, message })) }),
  );
};
const messages = (events) => events.map(({ message }) => message);

test('groups and streams are made, listed, tagged and removed', async () => {
  const stream = await makeStream('/shop/orders');
  await assert.rejects(
    logs.send(new CreateLogStreamCommand(stream)),
    (error) =>
      error instanceof ResourceAlreadyExistsException && error.message === 'The specified log stream already exists',
  );
  await logs.send(new PutRetentionPolicyCommand({ logGroupName: '/shop/orders', retentionInDays: 7 }));
  await makeStream('/shop/refunds');
  const { logGroups } = await logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: '/shop' }));
  const arn = `arn:aws:logs:${region}:${account}:log-group:/shop/orders`;
  assert.deepEqual(
    logGroups.map((group) => [group.logGroupName, group.retentionInDays, group.arn, group.logGroupArn]),
    [
      ['/shop/orders', 7, `${arn}:*`, arn],
      ['/shop/refunds', undefined, `arn:aws:logs:${region}:${account}:log-group:/shop/refunds:*`,
       `arn:aws:logs:${region}:${account}:log-group:/shop/refunds`],
    ],
  );
  const names = [];
  for await (const page of paginateDescribeLogGroups({ client: logs, pageSize: 1 }, { logGroupNamePrefix: '/shop' }))
    names.push(...page.logGroups.map((group) => group.logGroupName));
  assert.deepEqual(names, ['/shop/orders', '/shop/refunds']);

  await logs.send(new TagResourceCommand({ resourceArn: arn, tags: { team: 'orders', stage: 'test' } }));
  await logs.send(new UntagResourceCommand({ resourceArn: arn, tagKeys: ['stage'] }));
  assert.deepEqual((await logs.send(new ListTagsForResourceCommand({ resourceArn: arn }))).tags, { team: 'orders' });

  await put(stream, 'first');
  const { logStreams } = await logs.send(
    new DescribeLogStreamsCommand({ logGroupName: '/shop/orders', orderBy: 'LastEventTime', descending: true }),
  );
  assert.equal(logStreams[0].arn, `${arn}:log-stream:one`);
  assert.equal(typeof logStreams[0].lastEventTimestamp, 'number');

  await logs.send(new DeleteRetentionPolicyCommand({ logGroupName: '/shop/orders' }));
  await logs.send(new DeleteLogStreamCommand(stream));
  await logs.send(new DeleteLogGroupCommand({ logGroupName: '/shop/refunds' }));
  await assert.rejects(
    logs.send(new DescribeLogStreamsCommand({ logGroupName: '/shop/refunds' })),
    (error) =>
      error instanceof ResourceNotFoundException && error.message === 'The specified log group does not exist.',
  );
});

test('events are put, refused in part, and read from both ends', async () => {
  const stream = await makeStream('/shop/read');
  const now = Date.now();
  const hours = 3_600_000;
  const { nextSequenceToken, rejectedLogEventsInfo } = await logs.send(
    new PutLogEventsCommand({
      ...stream,
      logEvents: [
        { timestamp: now - 1, message: 'one' },
        { timestamp: now, message: 'two' },
        { timestamp: now + 3 * hours, message: 'too new' },
      ],
    }),
  );
  assert.equal(typeof nextSequenceToken, 'string');
  assert.deepEqual(rejectedLogEventsInfo, { tooNewLogEventStartIndex: 2 });
  // Tokens are taken and say nothing.
  await logs.send(
    new PutLogEventsCommand({
      ...stream,
      sequenceToken: 'any',
      logEvents: [{ timestamp: now + 1, message: 'three' }],
    }),
  );
  await assert.rejects(
    logs.send(
      new PutLogEventsCommand({
        ...stream,
        logEvents: [
          { timestamp: now, message: 'late' },
          { timestamp: now - 1, message: 'early' },
        ],
      }),
    ),
    (error) => error instanceof InvalidParameterException && /chronological order/.test(error.message),
  );
  const read = [];
  const config = { client: logs, pageSize: 2, stopOnSameToken: true };
  for await (const page of paginateGetLogEvents(config, { ...stream, startFromHead: true }))
    read.push(...messages(page.events));
  assert.deepEqual(read, ['one', 'two', 'three']);
  const last = await logs.send(new GetLogEventsCommand({ ...stream, limit: 2 }));
  assert.deepEqual(messages(last.events), ['two', 'three']);
  const before = await logs.send(new GetLogEventsCommand({ ...stream, nextToken: last.nextBackwardToken }));
  assert.deepEqual(messages(before.events), ['one']);
});

test('filter patterns find events over all streams', async () => {
  const group = '/shop/find';
  const one = await makeStream(group, 'one');
  await logs.send(new CreateLogStreamCommand({ logGroupName: group, logStreamName: 'two' }));
  const two = { logGroupName: group, logStreamName: 'two' };
  await put(one, 'ERROR no stock', JSON.stringify({ level: 'ERROR', ms: 512 }));
  await put(two, 'WARN slow', '10.0.0.1 GET 503 17');
  const cases = [
    ['ERROR', ['ERROR no stock', '{"level":"ERROR","ms":512}']],
    ['ERROR -stock', ['{"level":"ERROR","ms":512}']],
    ['"no stock"', ['ERROR no stock']],
    ['?stock ?slow', ['ERROR no stock', 'WARN slow']],
    ['{ $.level = "ERROR" && $.ms > 500 }', ['{"level":"ERROR","ms":512}']],
    ['[ip, verb, status = 5*, size]', ['10.0.0.1 GET 503 17']],
  ];
  for (const [filterPattern, expected] of cases) {
    const found = [];
    const patient = rig.client(CloudWatchLogsClient, { maxAttempts: 10 });
    for await (const page of paginateFilterLogEvents({ client: patient, pageSize: 1 }, { logGroupName: group, filterPattern }))
      found.push(...messages(page.events));
    assert.deepEqual(found, expected, filterPattern);
  }
});

test('metric filters count into CloudWatch', async () => {
  const stream = await makeStream('/shop/count');
  const filter = {
    filterName: 'slow',
    logGroupName: '/shop/count',
    filterPattern: '{ $.ms > 100 }',
    metricTransformations: [
      { metricName: 'slow', metricNamespace: 'Shop', metricValue: '$.ms', dimensions: { Route: '$.route' }, unit: 'Milliseconds' },
    ],
  };
  await logs.send(new PutMetricFilterCommand(filter));
  const { metricFilters } = await logs.send(new DescribeMetricFiltersCommand({ logGroupName: '/shop/count' }));
  assert.deepEqual(metricFilters[0].metricTransformations, filter.metricTransformations);
  const { matches } = await logs.send(
    new TestMetricFilterCommand({
      filterPattern: filter.filterPattern,
      logEventMessages: ['{"ms":7}', '{"ms":700}'],
    }),
  );
  assert.deepEqual(matches, [
    { eventNumber: 2, eventMessage: '{"ms":700}', extractedValues: { '$.ms': '700' } },
  ]);
  await put(stream, '{"ms":7,"route":"/pay"}', '{"ms":700,"route":"/pay"}', '{"ms":500,"route":"/pay"}');
  const { Datapoints } = await rig.client(CloudWatchClient).send(
    new GetMetricStatisticsCommand({
      Namespace: 'Shop',
      MetricName: 'slow',
      Dimensions: [{ Name: 'Route', Value: '/pay' }],
      StartTime: new Date(Date.now() - 3_600_000),
      EndTime: new Date(Date.now() + 3_600_000),
      Period: 7200,
      Statistics: ['Sum', 'SampleCount', 'Maximum'],
    }),
  );
  const total = Datapoints.reduce((sum, point) => sum + point.Sum, 0);
  assert.equal(total, 1200);
  await logs.send(new DeleteMetricFilterCommand({ logGroupName: '/shop/count', filterName: 'slow' }));
});

test('metrics in lines that a client puts are kept', async () => {
  const stream = await makeStream('/shop/emf');
  await put(
    stream,
    JSON.stringify({
      _aws: { Timestamp: Date.now(), CloudWatchMetrics: [{ Namespace: 'Emf', Dimensions: [[]], Metrics: [{ Name: 'sold' }] }] },
      sold: 3,
    }),
  );
  const { Datapoints } = await rig.client(CloudWatchClient).send(
    new GetMetricStatisticsCommand({
      Namespace: 'Emf',
      MetricName: 'sold',
      StartTime: new Date(Date.now() - 3_600_000),
      EndTime: new Date(Date.now() + 3_600_000),
      Period: 7200,
      Statistics: ['Sum'],
    }),
  );
  assert.equal(Datapoints.reduce((sum, point) => sum + point.Sum, 0), 3);
});

/** The rows of a query, once it has run. */
async function query(logGroupName, queryString) {
  const seconds = Math.floor(Date.now() / 1000);
  const { queryId } = await logs.send(
    new StartQueryCommand({ logGroupName, queryString, startTime: seconds - 3600, endTime: seconds + 3600 }),
  );
  let result;
  do {
    await new Promise((done) => setTimeout(done, 100));
    result = await logs.send(new GetQueryResultsCommand({ queryId }));
  } while (result.status === 'Running' || result.status === 'Scheduled');
  assert.equal(result.status, 'Complete');
  return result;
}
const shown = (row) => Object.fromEntries(row.filter(({ field }) => field !== '@ptr').map(({ field, value }) => [field, value]));

test('Logs Insights answers, and refuses what it does not know', async () => {
  const stream = await makeStream('/shop/ask');
  await put(stream, '{"route":"/pay","ms":20}', '{"route":"/pay","ms":40}', '{"route":"/ship","ms":5}');
  const result = await query(
    '/shop/ask',
    'filter ms > 1 | stats count(*) as calls, avg(ms) as average by route | sort calls desc',
  );
  assert.deepEqual(result.results.map(shown), [
    { route: '/pay', calls: '2', average: '30' },
    { route: '/ship', calls: '1', average: '5' },
  ]);
  assert.equal(result.statistics.recordsMatched, 3);
  const seconds = Math.floor(Date.now() / 1000);
  const asked = { logGroupNames: ['/shop/ask'], startTime: seconds - 60, endTime: seconds + 60 };
  await assert.rejects(
    logs.send(new StartQueryCommand({ ...asked, queryString: 'fields a | pattern b' })),
    (error) =>
      error instanceof MalformedQueryException &&
      error.message === "the command 'pattern' is not emulated at line 1 and position 12",
  );
  const { queryId } = await logs.send(new StartQueryCommand({ ...asked, queryString: 'fields ms' }));
  assert.deepEqual((await logs.send(new StopQueryCommand({ queryId }))).success, true);
  const { queries } = await logs.send(new DescribeQueriesCommand({ logGroupName: '/shop/ask', status: 'Cancelled' }));
  assert.deepEqual(queries.map((one) => one.queryId), [queryId]);
});

test('a function writes to its group, and the middleware to its own', async () => {
  const [line] = readFileSync(new URL('../../scenarios/data/order_placed.jsonl', import.meta.url), 'utf8').split('\n');
  const placed = JSON.parse(line);
  const order = {
    version: '0',
    id: '7bf73129-1428-4cd3-a780-95db273d1602',
    'detail-type': 'Order_Placed__e',
    source: 'aws.partner/salesforce.com/x',
    account,
    time: '2026-01-05T10:00:00Z',
    region,
    resources: [],
    detail: {
      payload: { CreatedDate: '2026-01-05T09:59:58.000Z', ...placed },
      event: { EventUuid: '0f8fad5b-d9cb-469f-a165-70867728950e' },
    },
  };
  const answer = await rig
    .client(LambdaClient)
    .send(new InvokeCommand({ FunctionName: 'ingest', Payload: JSON.stringify(order) }));
  assert.deepEqual([answer.StatusCode, answer.FunctionError], [200, undefined]);
  const { logStreams } = await logs.send(new DescribeLogStreamsCommand({ logGroupName: '/aws/lambda/ingest' }));
  assert.match(logStreams[0].logStreamName, /^\d{4}\/\d\d\/\d\d\/\[\$LATEST\][0-9a-f]{32}$/);
  const { events } = await logs.send(
    new GetLogEventsCommand({ logGroupName: '/aws/lambda/ingest', logStreamName: logStreams[0].logStreamName, startFromHead: true }),
  );
  const kinds = messages(events).map((message) => (message.startsWith('{') ? 'line' : message.split(' ')[0]));
  assert.deepEqual(kinds.filter((kind) => kind !== 'line'), ['INIT_START', 'START', 'END', 'REPORT']);

  const { logGroups } = await logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: '/aws/apprunner/middleware/' }));
  const group = logGroups.find(({ logGroupName }) => logGroupName.endsWith('/application')).logGroupName;
  const found = await logs.send(
    new FilterLogEventsCommand({ logGroupName: group, filterPattern: '{ $.stage = "step" }' }),
  );
  assert.ok(found.events.length > 0);
  assert.match(found.events[0].logStreamName, /^instance\/[0-9a-f]{32}$/);
});

test('what is not emulated is refused by name', async () => {
  await assert.rejects(
    logs.send(
      new PutSubscriptionFilterCommand({
        logGroupName: '/shop/orders',
        filterName: 'x',
        filterPattern: '',
        destinationArn: 'arn:aws:lambda:us-east-1:123456789012:function:ingest',
      }),
    ),
    { name: 'NotImplemented', message: 'CloudWatch Logs PutSubscriptionFilter is not emulated by relayrig' },
  );
});
