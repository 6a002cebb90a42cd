// A handler and nothing else: aws-lambda-ric runs it, the rig tells it where the middleware is.
import { existsSync, renameSync, writeFileSync } from 'node:fs';

/** The event's trace and the invoke hop, from "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1". */
function traceparent() {
  const [, root, parent] = /Root=1-([0-9a-f-]+);Parent=([0-9a-f]{16})/.exec(process.env._X_AMZN_TRACE_ID);
  return `00-${root.replace('-', '')}-${parent}-01`;
}

/** In the middle of one event, once, it says who it is and waits to be killed. */
async function waitToBeKilled(order) {
  const file = process.env.KILLED_PID_FILE;
  if (order !== process.env.KILLED_AT_ORDER || existsSync(file)) return;
  writeFileSync(`${file}.part`, String(process.pid));
  renameSync(`${file}.part`, file);
  await new Promise((resolve) => setTimeout(resolve, 600_000));
}

export async function handler(event, context) {
  const { id, payload } = event.detail;
  const left = context.getRemainingTimeInMillis();
  const response = await fetch(`${process.env.MIDDLEWARE_URL}/events`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'ce-specversion': '1.0',
      'ce-id': id,
      'ce-type': event['detail-type'],
      'ce-source': event.source,
      traceparent: traceparent(),
      'x-deadline-ms': String(left - 500),
    },
    body: JSON.stringify(payload),
  });
  const body = await response.text();
  if (!response.ok) throw new Error(`the middleware answered ${response.status}: ${body}`);
  await waitToBeKilled(payload.Order_Number__c);
  console.log(`${payload.Order_Number__c} handed over`);
  return { status: response.status, eventId: id };
}

/** Fails in the way that the event asks for. */
export async function failing(event) {
  if (event.detail.payload.Order_Number__c === 'SO-THROWS') throw new TypeError('no such order');
  return 'x'.repeat(7_000_000);
}
