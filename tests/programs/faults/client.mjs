// One request with fetch, or two on a kept connection; says what came of the last.
//   node client.mjs URL TIMEOUT_MS [again]
const [url, timeout, again] = process.argv.slice(2)
const name = (error) => {
  for (let at = error; at; at = at.cause) if (at.code && typeof at.code === 'string') return at.code
  return error.name
}
let head = false
const ask = async () => {
  head = false
  const response = await fetch(url, { signal: AbortSignal.timeout(Number(timeout)) })
  head = true
  return response.text()
}
try {
  if (again) {
    await ask()
    await new Promise(setImmediate) // until then the connection is not free for another request
  }
  const text = await ask()
  console.log(`ok ${text.length}`)
} catch (error) {
  console.log((head ? 'B: ' : '') + name(error))
}
process.exit(0)
