// CloudWatch as @aws-sdk/client-cloudwatch sees it, in each of the three protocols that its clients speak.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import {
  CloudWatchClient,
  DeleteAlarmsCommand,
  DescribeAlarmHistoryCommand,
  DescribeAlarmsCommand,
  DisableAlarmActionsCommand,
  EnableAlarmActionsCommand,
  GetMetricDataCommand,
  GetMetricStatisticsCommand,
  ListMetricsCommand,
  ListTagsForResourceCommand,
  PutCompositeAlarmCommand,
  PutMetricAlarmCommand,
  PutMetricDataCommand,
  ResourceNotFound,
  SetAlarmStateCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-cloudwatch';
import { AwsJson1_0Protocol, AwsQueryProtocol, AwsSmithyRpcV2CborProtocol } from '@aws-sdk/core/protocols';
import { CreateTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';

import { account, region, startRig } from './support/rig.mjs';

let rig;
before(async () => (rig = await startRig()));
after(() => rig.remove());

const protocols = { json: AwsJson1_0Protocol, cbor: AwsSmithyRpcV2CborProtocol, query: AwsQueryProtocol };
const minute = (time) => new Date(Math.floor(time / 60_000) * 60_000);

for (const [name, protocol] of Object.entries(protocols)) {
  const space = `Shop/${name}`;
  const client = () => rig.client(CloudWatchClient, { protocol });
  const Dimensions = [{ Name: 'api', Value: 'erp' }];

  test(`${name}: numbers come back as statistics`, async () => {
    const cloudwatch = client();
    const Timestamp = minute(Date.now() - 120_000);
    await cloudwatch.send(
      new PutMetricDataCommand({
        Namespace: space,
        MetricData: [
          { MetricName: 'latency', Dimensions, Timestamp, Value: 1.5, Unit: 'Milliseconds' },
          { MetricName: 'latency', Dimensions, Timestamp, Values: [2, 4], Counts: [3, 1], Unit: 'Milliseconds' },
          {
            MetricName: 'sets',
            Timestamp,
            StatisticValues: { SampleCount: 2, Sum: 6, Minimum: 2, Maximum: 4 },
          },
        ],
      }),
    );
    const { Metrics } = await cloudwatch.send(new ListMetricsCommand({ Namespace: space }));
    assert.deepEqual(
      Metrics.map((metric) => [metric.MetricName, metric.Dimensions]),
      [
        ['latency', Dimensions],
        ['sets', []],
      ],
    );
    const { Label, Datapoints } = await cloudwatch.send(
      new GetMetricStatisticsCommand({
        Namespace: space,
        MetricName: 'latency',
        Dimensions,
        StartTime: Timestamp,
        EndTime: new Date(Timestamp.getTime() + 60_000),
        Period: 60,
        Statistics: ['Sum', 'SampleCount', 'Maximum'],
        ExtendedStatistics: ['p50'],
      }),
    );
    assert.equal(Label, 'latency');
    assert.equal(Datapoints.length, 1);
    assert.deepEqual(Datapoints[0].Timestamp, Timestamp);
    assert.equal(Datapoints[0].Sum, 11.5);
    assert.equal(Datapoints[0].SampleCount, 5);
    assert.equal(Datapoints[0].Maximum, 4);
    assert.equal(Datapoints[0].Unit, 'Milliseconds');
    assert.deepEqual(Datapoints[0].ExtendedStatistics, { p50: 2 });
  });

  test(`${name}: GetMetricData calculates`, async () => {
    const cloudwatch = client();
    const Timestamp = minute(Date.now() - 120_000);
    const MetricStat = { Metric: { Namespace: space, MetricName: 'calls' }, Period: 60, Stat: 'Sum' };
    await cloudwatch.send(
      new PutMetricDataCommand({ Namespace: space, MetricData: [{ MetricName: 'calls', Timestamp, Value: 21 }] }),
    );
    const { MetricDataResults } = await cloudwatch.send(
      new GetMetricDataCommand({
        StartTime: Timestamp,
        EndTime: new Date(Timestamp.getTime() + 60_000),
        MetricDataQueries: [
          { Id: 'calls', MetricStat, ReturnData: false },
          { Id: 'twice', Expression: '2 * calls', Label: 'Twice' },
        ],
      }),
    );
    assert.deepEqual(MetricDataResults, [
      { Id: 'twice', Label: 'Twice', Timestamps: [Timestamp], Values: [42], StatusCode: 'Complete' },
    ]);
  });

  test(`${name}: an alarm is put, described, set, tagged and deleted`, async () => {
    const cloudwatch = client();
    const AlarmName = `latency-${name}`;
    await cloudwatch.send(
      new PutMetricAlarmCommand({
        AlarmName,
        Namespace: space,
        MetricName: 'latency',
        Dimensions,
        ExtendedStatistic: 'p99',
        Period: 300,
        EvaluationPeriods: 3,
        DatapointsToAlarm: 2,
        Threshold: 250,
        ComparisonOperator: 'GreaterThanThreshold',
        TreatMissingData: 'ignore',
        Tags: [{ Key: 'team', Value: 'shop' }],
      }),
    );
    await cloudwatch.send(new PutCompositeAlarmCommand({ AlarmName: `any-${name}`, AlarmRule: `ALARM("${AlarmName}")` }));
    await cloudwatch.send(new DisableAlarmActionsCommand({ AlarmNames: [AlarmName] }));
    await cloudwatch.send(
      new SetAlarmStateCommand({ AlarmName, StateValue: 'ALARM', StateReason: 'a drill', StateReasonData: '{"a":1}' }),
    );
    const { MetricAlarms, CompositeAlarms } = await cloudwatch.send(
      new DescribeAlarmsCommand({ AlarmNames: [AlarmName, `any-${name}`], AlarmTypes: ['MetricAlarm', 'CompositeAlarm'] }),
    );
    const [alarm] = MetricAlarms;
    assert.equal(alarm.AlarmArn, `arn:aws:cloudwatch:${region}:${account}:alarm:${AlarmName}`);
    assert.equal(alarm.StateValue, 'ALARM');
    assert.equal(alarm.StateReason, 'a drill');
    assert.equal(alarm.StateReasonData, '{"a":1}');
    assert.equal(alarm.ExtendedStatistic, 'p99');
    assert.equal(alarm.Threshold, 250);
    assert.equal(alarm.ActionsEnabled, false);
    assert.deepEqual(alarm.Dimensions, Dimensions);
    assert.ok(Math.abs(alarm.StateUpdatedTimestamp.getTime() - Date.now()) < 60_000);
    assert.equal(CompositeAlarms[0].StateValue, 'ALARM');

    const { AlarmHistoryItems } = await cloudwatch.send(
      new DescribeAlarmHistoryCommand({ AlarmName, HistoryItemType: 'StateUpdate' }),
    );
    assert.equal(AlarmHistoryItems[0].HistorySummary, 'Alarm updated from INSUFFICIENT_DATA to ALARM');
    assert.equal(JSON.parse(AlarmHistoryItems[0].HistoryData).newState.stateValue, 'ALARM');

    const ResourceARN = alarm.AlarmArn;
    await cloudwatch.send(new TagResourceCommand({ ResourceARN, Tags: [{ Key: 'stage', Value: 'test' }] }));
    await cloudwatch.send(new UntagResourceCommand({ ResourceARN, TagKeys: ['team'] }));
    const { Tags } = await cloudwatch.send(new ListTagsForResourceCommand({ ResourceARN }));
    assert.deepEqual(Tags, [{ Key: 'stage', Value: 'test' }]);

    await cloudwatch.send(new EnableAlarmActionsCommand({ AlarmNames: [AlarmName] }));
    await cloudwatch.send(new DeleteAlarmsCommand({ AlarmNames: [AlarmName, `any-${name}`] }));
    const left = await cloudwatch.send(new DescribeAlarmsCommand({ AlarmNames: [AlarmName] }));
    assert.deepEqual(left.MetricAlarms, []);
  });

  test(`${name}: errors have the names that the SDK knows`, async () => {
    const cloudwatch = client();
    await assert.rejects(
      cloudwatch.send(new SetAlarmStateCommand({ AlarmName: 'none', StateValue: 'OK', StateReason: 'r' })),
      (error) => error instanceof ResourceNotFound && error.$metadata.httpStatusCode === 404,
    );
    await assert.rejects(
      cloudwatch.send(new PutMetricDataCommand({ Namespace: 'AWS/Mine', MetricData: [{ MetricName: 'm', Value: 1 }] })),
      (error) => error.name.startsWith('InvalidParameterValue') && error.message.includes('Namespace'),
    );
  });

  // The SDK counts a CBOR body before it compresses it, and so sends a length that never comes.
  test(`${name}: a large call comes compressed`, { skip: name === 'cbor' }, async () => {
    const cloudwatch = client();
    let encoding;
    cloudwatch.middlewareStack.add(
      (next) => (args) => {
        encoding = args.request.headers['content-encoding'];
        return next(args);
      },
      { step: 'finalizeRequest', priority: 'low' },
    );
    const MetricData = Array.from({ length: 300 }, (_, i) => ({ MetricName: `gzip-${i}`, Value: i, Unit: 'Count' }));
    await cloudwatch.send(new PutMetricDataCommand({ Namespace: `${space}/gzip`, MetricData }));
    assert.equal(encoding, 'gzip');
    const { Metrics } = await cloudwatch.send(new ListMetricsCommand({ Namespace: `${space}/gzip` }));
    assert.equal(Metrics.length, 300);
  });
}

test('an alarm tells a topic', async () => {
  const cloudwatch = rig.client(CloudWatchClient);
  const sns = rig.client(SNSClient);
  const sqs = rig.client(SQSClient);
  const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: 'on-call' }));
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'pager' }));
  await sns.send(
    new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint: `arn:aws:sqs:${region}:${account}:pager` }),
  );
  await cloudwatch.send(
    new PutMetricAlarmCommand({
      AlarmName: 'drill',
      Namespace: 'Shop',
      MetricName: 'errors',
      Statistic: 'Sum',
      Period: 60,
      EvaluationPeriods: 1,
      Threshold: 0,
      ComparisonOperator: 'GreaterThanThreshold',
      AlarmActions: [TopicArn],
    }),
  );
  await cloudwatch.send(new SetAlarmStateCommand({ AlarmName: 'drill', StateValue: 'ALARM', StateReason: 'a drill' }));
  const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 5 }));
  const notification = JSON.parse(Messages[0].Body);
  assert.equal(notification.Subject, 'ALARM: "drill" in US East (N. Virginia)');
  const message = JSON.parse(notification.Message);
  assert.equal(message.NewStateValue, 'ALARM');
  assert.equal(message.OldStateValue, 'INSUFFICIENT_DATA');
  assert.equal(message.Trigger.MetricName, 'errors');
  await cloudwatch.send(new DeleteAlarmsCommand({ AlarmNames: ['drill'] }));
});

test('what a function counts with Powertools is a metric', async () => {
  const measured = await startRig({ scenario: 'tests/clients/deployments/measured.yaml' });
  try {
    const cloudwatch = measured.client(CloudWatchClient);
    const lambda = measured.client(LambdaClient);
    const StartTime = minute(Date.now());
    const sum = async (Namespace, MetricName, Dimensions) => {
      const { Datapoints } = await cloudwatch.send(
        new GetMetricStatisticsCommand({
          Namespace,
          MetricName,
          Dimensions,
          StartTime,
          EndTime: new Date(Date.now() + 60_000),
          Period: 60,
          Statistics: ['Sum'],
        }),
      );
      return Datapoints.reduce((total, point) => total + point.Sum, 0);
    };
    for (const orders of [2, 3]) {
      const { Payload } = await lambda.send(
        new InvokeCommand({ FunctionName: 'measured', Payload: JSON.stringify({ region: 'north', orders }) }),
      );
      assert.deepEqual(JSON.parse(Buffer.from(Payload).toString()), { taken: orders });
    }
    const Dimensions = [
      { Name: 'service', Value: 'orders' },
      { Name: 'region', Value: 'north' },
    ];
    // A line may be read after the answer.
    while ((await sum('Shop', 'ordersTaken', Dimensions)) < 5) await new Promise(setImmediate);
    assert.equal(await sum('Shop', 'ordersTaken', Dimensions), 5);
    assert.equal(await sum('AWS/Lambda', 'Invocations', [{ Name: 'FunctionName', Value: 'measured' }]), 2);
    assert.equal(await sum('AWS/Lambda', 'Errors', [{ Name: 'FunctionName', Value: 'measured' }]), 0);
  } finally {
    measured.remove();
  }
});
