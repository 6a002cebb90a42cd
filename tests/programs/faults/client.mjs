// One request with fetch; says what came of it.   node client.mjs URL TIMEOUT_MS
const [url, timeout] = process.argv.slice(2)
const name = (error) => {
  for (let at = error; at; at = at.cause) if (at.code && typeof at.code === 'string') return at.code
  return error.name
}
let head = false
try {
  const response = await fetch(url, { signal: AbortSignal.timeout(Number(timeout)) })
  head = true
  const text = await response.text()
  console.log(`ok ${text.length}`)
} catch (error) {
  console.log((head ? 'B: ' : '') + name(error))
}
process.exit(0)
