// ECS and Application Auto Scaling as their SDKs see them, of a rig whose middleware runs behind a load balancer.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import {
  ApplicationAutoScalingClient,
  DeleteScalingPolicyCommand,
  DeregisterScalableTargetCommand,
  DescribeScalableTargetsCommand,
  DescribeScalingActivitiesCommand,
  DescribeScalingPoliciesCommand,
  ObjectNotFoundException,
  paginateDescribeScalingPolicies,
  PutScalingPolicyCommand,
  RegisterScalableTargetCommand,
  ValidationException,
} from '@aws-sdk/client-application-auto-scaling';
import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import {
  ClusterNotFoundException,
  DescribeClustersCommand,
  DescribeServicesCommand,
  DescribeTasksCommand,
  ECSClient,
  ListTasksCommand,
  ServiceNotFoundException,
  StopTaskCommand,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs';

import { startRig } from './support/rig.mjs';

const target = {
  ServiceNamespace: 'ecs',
  ResourceId: 'service/default/middleware',
  ScalableDimension: 'ecs:service:DesiredCount',
};
let rig;
let ecs;
let scaling;

before(async () => {
  rig = await startRig({ scenario: 'tests/clients/deployments/balanced.yaml' });
  ecs = rig.client(ECSClient);
  scaling = rig.client(ApplicationAutoScalingClient);
});
after(() => rig?.remove());

const service = async () => {
  const { services } = await ecs.send(new DescribeServicesCommand({ services: ['middleware'] }));
  return services[0];
};

test('the cluster has the middleware as its service, and its tasks are well', async () => {
  const { clusters, failures } = await ecs.send(new DescribeClustersCommand({ clusters: ['default', 'other'] }));
  assert.equal(clusters[0].activeServicesCount, 1);
  assert.deepEqual(failures.map(({ reason }) => reason), ['MISSING']);
  const { taskArns } = await ecs.send(new ListTasksCommand({ serviceName: 'middleware' }));
  const { tasks } = await ecs.send(new DescribeTasksCommand({ tasks: taskArns }));
  assert.deepEqual(tasks.map(({ lastStatus, healthStatus }) => `${lastStatus} ${healthStatus}`), ['RUNNING HEALTHY']);
  assert.ok(tasks[0].createdAt instanceof Date);
});

test('what is not there is refused by the names of the service', async () => {
  await assert.rejects(ecs.send(new ListTasksCommand({ cluster: 'other' })), ClusterNotFoundException);
  await assert.rejects(ecs.send(new UpdateServiceCommand({ service: 'other' })), ServiceNotFoundException);
  await assert.rejects(ecs.send(new StopTaskCommand({ task: 'other' })), { name: 'InvalidParameterException' });
});

test('the desired count is set, and a stopped task is replaced', async () => {
  await ecs.send(new UpdateServiceCommand({ service: 'middleware', desiredCount: 2 }));
  assert.equal((await service()).desiredCount, 2);
  const { taskArns } = await ecs.send(new ListTasksCommand({}));
  const { task } = await ecs.send(new StopTaskCommand({ task: taskArns[0], reason: 'a rehearsal' }));
  assert.equal(task.desiredStatus, 'STOPPED');
  await ecs.send(new UpdateServiceCommand({ service: 'middleware', desiredCount: 1 }));
});

test('a policy has its alarms, is found page by page, and goes with its target', async () => {
  await assert.rejects(scaling.send(new RegisterScalableTargetCommand({ ...target, MinCapacity: 3, MaxCapacity: 2 })), ValidationException);
  const { ScalableTargetARN } = await scaling.send(
    new RegisterScalableTargetCommand({ ...target, MinCapacity: 1, MaxCapacity: 4 }),
  );
  const targets = await scaling.send(new DescribeScalableTargetsCommand({ ServiceNamespace: 'ecs' }));
  assert.deepEqual(
    targets.ScalableTargets.map(({ ScalableTargetARN: arn, MaxCapacity }) => [arn, MaxCapacity]),
    [[ScalableTargetARN, 4]],
  );

  const put = await scaling.send(
    new PutScalingPolicyCommand({
      ...target,
      PolicyName: 'cpu',
      PolicyType: 'TargetTrackingScaling',
      TargetTrackingScalingPolicyConfiguration: {
        TargetValue: 60,
        PredefinedMetricSpecification: { PredefinedMetricType: 'ECSServiceAverageCPUUtilization' },
        ScaleInCooldown: 120,
      },
    }),
  );
  const alarms = await rig.client(CloudWatchClient).send(
    new DescribeAlarmsCommand({ AlarmNames: put.Alarms.map(({ AlarmName }) => AlarmName) }),
  );
  assert.deepEqual(
    alarms.MetricAlarms.map(({ Threshold, EvaluationPeriods }) => [Threshold, EvaluationPeriods]).sort(),
    [[54, 15], [60, 3]],
  );
  await scaling.send(
    new PutScalingPolicyCommand({
      ...target,
      PolicyName: 'steps',
      PolicyType: 'StepScaling',
      StepScalingPolicyConfiguration: {
        AdjustmentType: 'ChangeInCapacity',
        Cooldown: 60,
        StepAdjustments: [{ MetricIntervalLowerBound: 0, ScalingAdjustment: 2 }],
      },
    }),
  );
  const names = [];
  for await (const page of paginateDescribeScalingPolicies({ client: scaling, pageSize: 1 }, { ServiceNamespace: 'ecs' })) {
    for (const policy of page.ScalingPolicies) {
      names.push(policy.PolicyName);
      if (policy.PolicyName === 'cpu') {
        assert.equal(policy.TargetTrackingScalingPolicyConfiguration.ScaleInCooldown, 120);
        assert.equal(policy.TargetTrackingScalingPolicyConfiguration.ScaleOutCooldown, 300);
      }
    }
  }
  assert.deepEqual(names, ['cpu', 'steps']);

  await scaling.send(new DeleteScalingPolicyCommand({ ...target, PolicyName: 'steps' }));
  await scaling.send(new DeregisterScalableTargetCommand(target));
  await assert.rejects(scaling.send(new DeregisterScalableTargetCommand(target)), ObjectNotFoundException);
  const left = await scaling.send(new DescribeScalingPoliciesCommand({ ServiceNamespace: 'ecs' }));
  assert.deepEqual(left.ScalingPolicies, []);
});

test('a minimum above the count starts tasks, and says so among the activities', async () => {
  await scaling.send(new RegisterScalableTargetCommand({ ...target, MinCapacity: 3, MaxCapacity: 4 }));
  assert.equal((await service()).desiredCount, 3);
  const { ScalingActivities } = await scaling.send(new DescribeScalingActivitiesCommand({ ServiceNamespace: 'ecs' }));
  assert.equal(ScalingActivities[0].StatusCode, 'Successful');
  assert.match(ScalingActivities[0].Description, /3/);
});

test('what is not emulated is refused by name', async () => {
  await assert.rejects(
    scaling.send(
      new PutScalingPolicyCommand({
        ...target,
        PolicyName: 'memory',
        PolicyType: 'TargetTrackingScaling',
        TargetTrackingScalingPolicyConfiguration: {
          TargetValue: 60,
          PredefinedMetricSpecification: { PredefinedMetricType: 'ECSServiceAverageMemoryUtilization' },
        },
      }),
    ),
    /ECSServiceAverageMemoryUtilization is not emulated/,
  );
});
