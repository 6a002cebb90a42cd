// Clients of the org as users have them, pointed to a rig.
import jsforce from 'jsforce';
import { CometD } from 'cometd';
import { adapt } from 'cometd-nodejs-client';

adapt();

export const version = '66.0';

/** What an org without users and apps of its own knows. */
export const credentials = { username: 'relayrig', password: 'relayrig' };
export const app = { clientId: 'relayrig', clientSecret: 'relayrig' };

/** jsforce, not logged in. */
export function connection(rig, options = {}) {
  return new jsforce.Connection({ loginUrl: rig.salesforceUrl, version, ...options });
}

/** jsforce, logged in with OAuth's password flow. */
export async function logIn(rig, options = {}) {
  const conn = connection(rig, { oauth2: { loginUrl: rig.salesforceUrl, ...app }, ...options });
  await conn.login(credentials.username, credentials.password);
  return conn;
}

/** cometd, not connected. `extension`: outgoing(message) as cometd has it. */
export function cometd(rig, accessToken, extension) {
  const client = new CometD();
  client.configure({
    url: `${rig.salesforceUrl}/cometd/${version}`,
    requestHeaders: { Authorization: `OAuth ${accessToken}` },
    appendMessageTypeToURL: false,
    logLevel: 'error',
  });
  client.unregisterTransport('websocket');
  if (extension) client.registerExtension('test', extension);
  return client;
}

/** The answer to `call(callback)`. */
export function answered(call) {
  return new Promise((done) => call(done));
}

/** A promise that somebody else settles. */
export function arrival() {
  let settle;
  const promise = new Promise((done) => (settle = done));
  return { promise, settle };
}

/** Collects until there are `count`. */
export class Inbox {
  messages = [];
  #waiting = [];

  take = (message) => {
    this.messages.push(message);
    this.#waiting = this.#waiting.filter(({ count, done }) => {
      if (this.messages.length < count) return true;
      done(this.messages);
      return false;
    });
  };

  has(count) {
    if (this.messages.length >= count) return Promise.resolve(this.messages);
    return new Promise((done) => this.#waiting.push({ count, done }));
  }
}
