'use strict';

// The official Node SDK as a worker of make compare, like work in worker.go: node worker.js PEM|KeyObject. It reads a line
// of JSON with the target and then one with each order, and prints who it is and then a result for each.

const crypto = require('node:crypto');
const fs = require('node:fs');
const readline = require('node:readline');
const sdk = require('@amazonpay/amazon-pay-api-sdk-nodejs');
const constants = require('@amazonpay/amazon-pay-api-sdk-nodejs/src/constants');

function print(value) {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

function newTasks(kind, target) {
  // The SDK's own way to another host, overrideServiceUrl, turns off certificate checks for the whole process and sets an
  // environment variable in each call. With the host in its table it does just what it does in production, and checks the
  // server's certificate as the others do (NODE_EXTRA_CA_CERTS has the CA).
  constants.API_ENDPOINTS.na = new URL(target.url).host;
  const client = new sdk.WebStoreClient({
    publicKeyId: target.keyId,
    // A PEM text, as its README has it, is parsed for each signature. A KeyObject is not documented, but it works.
    privateKey: kind === 'KeyObject' ? crypto.createPrivateKey(target.keyPem) : target.keyPem,
    region: 'us',
    algorithm: 'AMZN-PAY-RSASSA-PSS-V2',
  });
  const body = JSON.parse(target.payload);
  return {
    sign: () =>
      client.getSignedHeaders({
        method: 'POST',
        urlFragment: 'checkoutSessions',
        payload: body,
        headers: { 'x-amz-pay-idempotency-key': crypto.randomUUID().replaceAll('-', '') },
      }),
    button: () => client.generateButtonSignature(target.payload),
    call: async () => {
      const { data } = await client.getCheckoutSession(target.sessionId);
      if (data.checkoutSessionId !== target.sessionId) {
        throw new Error(`the answer is of session ${data.checkoutSessionId}`);
      }
    },
  };
}

function peakKb() {
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(fs.readFileSync('/proc/self/status', 'utf8'))[1]);
}

async function carryOut(tasks, { task, concurrency, count, seconds }) {
  const cpu = process.cpuUsage();
  const started = performance.now();
  let begun = 0;
  let done = 0;
  const more = () => (count ? begun++ < count : performance.now() - started < seconds * 1000);
  if (task === 'call') {
    const caller = async () => {
      while (more()) {
        await tasks.call();
        done++;
      }
    };
    await Promise.all(Array.from({ length: concurrency }, caller));
  } else {
    // Without await: a signature is no promise.
    while (more()) {
      tasks[task]();
      done++;
    }
  }
  const took = performance.now() - started;
  const { user, system } = process.cpuUsage(cpu);
  return { count: done, seconds: took / 1000, cpuSeconds: (user + system) / 1e6, peakKb: peakKb() };
}

async function main() {
  let tasks;
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const message = JSON.parse(line);
    if (tasks) {
      print(await carryOut(tasks, message));
    } else {
      tasks = newTasks(process.argv[2], message);
      print(`SDK ${constants.SDK_VERSION}, Node ${process.versions.node}, OpenSSL ${process.versions.openssl}`);
    }
  }
}

main();
