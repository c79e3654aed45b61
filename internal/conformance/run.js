'use strict';

// Makes calls with the official Node SDK. The first line that it prints lists the methods of the SDK's clients. Then it
// reads lines of JSON: the SDK's configuration, and after it calls {client, method, args}. Each call is answered with a line:
// {status, body} of an answer of the API, or {value} of anything else.
//
// With overrideServiceUrl the SDK turns off certificate checks for the whole process. That is a defect of
// its own: the harness gives Node the emulator's CA all the same, so that the calls do not depend on it.

const readline = require('node:readline');
const sdk = require('@amazonpay/amazon-pay-api-sdk-nodejs');

const methods = Object.entries(sdk).flatMap(([client, { prototype }]) =>
  Object.getOwnPropertyNames(prototype)
    .filter((name) => name !== 'constructor')
    .map((name) => `${client}.${name}`),
);

function print(value) {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

async function call(config, { client, method, args }) {
  try {
    const result = await new sdk[client](config)[method](...args);
    // An API's answer is an axios response, most of which is not JSON.
    return result.config ? { status: result.status, body: result.data } : { value: result };
  } catch (error) {
    if (!error.response) {
      throw error;
    }
    return { status: error.response.status, body: error.response.data };
  }
}

async function main() {
  print(methods);
  let config;
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const message = JSON.parse(line);
    if (config) {
      print(await call(config, message));
    } else {
      config = message;
    }
  }
}

main();
