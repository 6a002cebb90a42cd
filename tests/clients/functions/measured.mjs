// A custom runtime of a few lines, whose handler counts with Powertools: what it prints is the embedded metric format.
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';

const api = `http://${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime/invocation`;
const metrics = new Metrics({ namespace: 'Shop', serviceName: 'orders' });

function handle(event) {
  metrics.addDimension('region', event.region);
  metrics.addMetric('ordersTaken', MetricUnit.Count, event.orders);
  metrics.publishStoredMetrics();
  return { taken: event.orders };
}

for (;;) {
  const next = await fetch(`${api}/next`);
  const id = next.headers.get('lambda-runtime-aws-request-id');
  await fetch(`${api}/${id}/response`, { method: 'POST', body: JSON.stringify(handle(await next.json())) });
}
