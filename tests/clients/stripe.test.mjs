// Stripe's own client against the mock `stripe`, served alone, with every way in which an answer can be lost before
// and after the charge: one charge for each idempotency key.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import Stripe from 'stripe';

import { startMocks } from './support/rig.mjs';

let mocks;
let stripe;
before(async () => {
  mocks = await startMocks({ files: ['payments=mocks/apis/stripe.yaml'] });
  const { hostname, port } = new URL(mocks.hosts.payments);
  stripe = new Stripe('sk_test_rehearsal', { host: hostname, port, protocol: 'http', maxNetworkRetries: 3, timeout: 2_000, telemetry: false });
});
after(() => mocks.remove());

/** An application that tries again, with the key of its order, what the client has given up. */
async function charge(reference, amount = 1000) {
  const order = { amount, currency: 'eur', metadata: { reference } };
  for (let left = 3; ; --left) {
    try {
      return await stripe.charges.create(order, { idempotencyKey: `order-${reference}` });
    } catch (error) {
      if (left === 1 || error instanceof Stripe.errors.StripeCardError) throw error;
    }
  }
}

const endings = [
  'reset', 'empty', 'garbage', 'truncated', 'hang', 'half_closed', 'bad_chunk', 'cut_chunks', 'reset_in_body', 'two_lengths',
  'length_and_chunks', 'bare_lf', 'bad_status_line', 'long_body',
];
const statuses = [409, 429, 500, 502, 503, { status: 503, retry_after: '1s' }];
const faults = [];
for (const place of ['before', 'after']) {
  for (const respond of [...endings, ...statuses]) faults.push({ place, respond });
}
for (const damage of ['cut_json', 'trailing_comma', 'html', 'empty_body', 'wrong_type']) faults.push({ damage });
// The answer is there and comes too late; or it comes, and the next request finds the connection closed.
for (const slow of [{ head: '3s' }, { body: '3s' }]) faults.push({ place: 'after', slow });
for (const keep_alive of ['closed', 'closed_at_next', 'reset_at_next']) faults.push({ place: 'after', keep_alive });

const orders = faults.map((fault, i) => ({ fault, reference: `SO-${i + 1}` }));
for (const { fault, reference } of orders) {
  test(`${JSON.stringify(fault)}: the order gets its charge`, async () => {
    const set = await mocks.ask('POST', 'faults', { fault: 'payments', name: reference, times: 1, ...fault });
    assert.equal(set.status, 201, JSON.stringify(set.body));
    const made = await charge(reference);
    assert.equal(made.status, 'succeeded');
    assert.equal(made.reference, reference);
    const { body } = await mocks.ask('GET', `faults/${reference}`);
    assert.equal(body.fired, 1);
    await mocks.ask('DELETE', `faults/${reference}`);
  });
}

test('a declined card is not tried again', async () => {
  await assert.rejects(charge('declined', 1313), { type: 'StripeCardError', code: 'card_declined' });
  const { body } = await mocks.ask('GET', 'requests?api=payments&stub=card_declined');
  assert.equal(body.total, 1);
});

test('a missing parameter is not tried again', async () => {
  await assert.rejects(stripe.charges.create({ currency: 'eur' }), { type: 'StripeInvalidRequestError' });
  const { body } = await mocks.ask('GET', 'requests?api=payments&stub=parameter_missing');
  assert.equal(body.total, 1);
});

test('a key with another request is refused', async () => {
  const keyed = { idempotencyKey: 'k-1' };
  await stripe.charges.create({ amount: 1, currency: 'eur', metadata: { reference: 'keyed' } }, keyed);
  await assert.rejects(stripe.charges.create({ amount: 2, currency: 'eur', metadata: { reference: 'keyed' } }, keyed), {
    type: 'StripeIdempotencyError',
  });
});

test('every order was charged once', async () => {
  await mocks.stop();
  const effects = mocks.query("SELECT business_key, times FROM effects WHERE operation = 'charge'");
  const once = [...orders.map(({ reference }) => reference), 'keyed'].sort().map((key) => [key, 1]);
  assert.deepEqual(effects.map((row) => [row.business_key, row.times]).sort(), once);
});
