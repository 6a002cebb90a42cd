// Functions that are processes, run by the runtime that AWS uses for Node: aws-lambda-ric.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { folderOf, Run, whenThere } from './support/run.mjs';

const ric = './node_modules/.bin/aws-lambda-ric';

/** A scenario whose function is a handler of functions/orders.mjs. */
function scenario({ name, orders, handler = 'functions/orders.handler', lambda = {}, expect = [], rate }) {
  return {
    name,
    use: folderOf('scenarios/stacks/orders.yaml'),
    given: {
      lambda: {
        ingest: { handler, command: [ric, handler], folder: folderOf('tests/clients'), timeout: '30s', concurrency: 4, ...lambda },
      },
    },
    timeline: [{ at: '0s', publish: 'Order_Placed__e', from: orders, ...(rate && { rate }) }],
    expect,
  };
}

/** Orders by the numbers they have. */
const orders = (numbers) =>
  numbers
    .map((number) =>
      JSON.stringify({
        Order_Number__c: number,
        Customer_Id__c: 'VINET',
        Customer_Name__c: 'Vins et alcools Chevalier',
        Placed_At__c: '2026-01-05T10:00:00.000Z',
        Amount__c: 12.5,
        Freight__c: 1,
        Lines__c: '[]',
        Ship_Name__c: 'Vins et alcools Chevalier',
        Ship_Street__c: '59 rue de l Abbaye',
        Ship_City__c: 'Reims',
        Ship_Postal_Code__c: '51100',
        Ship_Country__c: 'France',
      }),
    )
    .join('\n');

test('a Node handler takes 1,000 events, and killing its process in the middle loses none', async () => {
  const run = new Run();
  const data = run.file('orders.jsonl', orders(Array.from({ length: 1000 }, (_, i) => `SO-${i + 1}`)));
  const pidFile = join(run.folder, 'killed.pid');
  const file = run.scenario(
    scenario({
      name: 'a_node_handler_is_killed',
      orders: data,
      // Half of what four processes do side by side, so that throttles stay few.
      rate: '5/s',
      lambda: { environment: { KILLED_PID_FILE: pidFile, KILLED_AT_ORDER: 'SO-500' } },
      expect: [{ every: 'event', ends: 'delivered', within: '30m' }],
    }),
  );
  const ended = run.start(file, '--clock', 'x10');
  await whenThere(run.folder, 'killed.pid', ended);
  process.kill(Number(readFileSync(pidFile, 'utf8')), 'SIGKILL');
  const { code, report } = await ended;
  assert.equal(code, 0, report);

  assert.deepEqual(run.query("SELECT \"end\", count(*) AS events FROM events GROUP BY 1"), [{ end: 'delivered', events: 1000 }]);
  assert.deepEqual(run.query('SELECT api, count(*) AS keys, max(times) AS times FROM effects GROUP BY 1 ORDER BY 1'), [
    { api: 'erp', keys: 1000, times: 1 },
    { api: 'payments', keys: 1000, times: 1 },
    { api: 'shipping', keys: 1000, times: 1 },
  ]);
  const killed = run.query("SELECT error FROM hops WHERE stage = 'invoke' AND error LIKE 'Runtime.ExitError%'");
  assert.equal(killed.length, 1);
  assert.match(killed[0].error, /^Runtime\.ExitError: RequestId: \S+ Error: Runtime exited with error: signal: killed$/);
  assert.equal(run.query("SELECT count(*) AS n FROM transitions WHERE kind = 'environment' AND why = 'signal: killed'")[0].n, 1);
  const [line] = run.query("SELECT message, fields FROM logs WHERE source = '/aws/lambda/ingest' AND message LIKE '%SO-1 handed over'");
  assert.match(line.message, /\tINFO\tSO-1 handed over$/);
  assert.match(JSON.parse(line.fields).requestId, /^[0-9a-f-]{36}$/);
  run.remove();
});

test('what goes wrong in a Node handler is what the service would say', async () => {
  const cases = [
    { handler: 'functions/orders.failing', order: 'SO-THROWS', error: /^TypeError: no such order$/ },
    {
      handler: 'functions/orders.failing',
      order: 'SO-LARGE',
      error: /^Function\.ResponseSizeTooLarge: Response payload size \(7000002 bytes\) exceeded maximum allowed payload size \(6291556 bytes\)\.$/,
    },
    { handler: 'functions/orders.missing', order: 'SO-1', error: /^Runtime\.HandlerNotFound: functions\/orders\.missing is undefined or not exported/ },
    { handler: 'functions/missing.handler', order: 'SO-1', error: /^Runtime\.ImportModuleError: .*Cannot find module 'missing'/ },
  ];
  for (const [i, { handler, order, error }] of cases.entries()) {
    const run = new Run();
    const file = run.scenario({
      ...scenario({
        name: `failing_${i}`,
        orders: run.file('orders.jsonl', orders([order])),
        handler,
        lambda: { async: { retries: 0, age: '6h', dead_letter: 'failed-dlq', on_failure: 'orders-dlq' } },
        expect: [{ every: 'event', ends: 'dead_lettered', within: '10m' }],
      }),
    });
    const { code, report } = await run.start(file, '--clock', 'real');
    assert.equal(code, 0, report);
    const hops = run.query("SELECT error FROM hops WHERE stage = 'invoke'");
    assert.equal(hops.length, 1);
    assert.match(hops[0].error, error);
    run.remove();
  }
});
