// The same work as relayrig-middleware in the bench: one event is one call of the API, with retry, breaker, time
// limit, an idempotency key, and duplicates recognised in memory.   node server.mjs PORT_OF_THE_MOCK
import http from 'node:http'
import { createHash } from 'node:crypto'
import express from 'express'
import {
  circuitBreaker, ConsecutiveBreaker, ExponentialBackoff, handleAll, retry, timeout, TimeoutStrategy, wrap,
} from 'cockatiel'

const mockPort = Number(process.argv[2])
const agent = new http.Agent({ keepAlive: true, maxSockets: 512 })
const policy = wrap(
  retry(handleAll, { maxAttempts: 2, backoff: new ExponentialBackoff() }),
  circuitBreaker(handleAll, { halfOpenAfter: 5000, breaker: new ConsecutiveBreaker(10) }),
  timeout(5000, TimeoutStrategy.Aggressive),
)

const call = (body, key, signal) => new Promise((resolve, reject) => {
  const request = http.request({
    port: mockPort, host: '127.0.0.1', method: 'POST', path: '/orders', agent, signal,
    headers: { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body), 'Idempotency-Key': key },
  }, (response) => {
    let text = ''
    response.setEncoding('utf8')
    response.on('data', (piece) => { text += piece })
    response.on('end', () => {
      if (response.statusCode >= 500) reject(new Error(`status ${response.statusCode}`))
      else resolve({ status: response.statusCode, text })
    })
  })
  request.on('error', reject)
  request.end(body)
})

const done = new Set()
const app = express()
app.disable('x-powered-by')
app.set('etag', false)
app.use(express.json({ limit: '8mb' }))
app.post('/events', async (request, response) => {
  const event = request.get('ce-id')
  if (done.has(event)) return response.json({ status: 'done', duplicate: true })
  const key = createHash('sha1').update(`${event}\nbook\nerp`).digest('hex')
  const body = JSON.stringify({ number: request.body.Order_Number__c, amount: request.body.Amount__c })
  try {
    await policy.execute(({ signal }) => call(body, key, signal))
  } catch (failure) {
    return response.status(503).json({ title: failure.message })
  }
  done.add(event)
  response.json({ status: 'done' })
})
const server = app.listen(0, '127.0.0.1', () => console.log(`listening on ${server.address().port}`))
process.on('SIGTERM', () => process.exit(0))
