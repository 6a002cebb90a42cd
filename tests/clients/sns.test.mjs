// SNS as @aws-sdk/client-sns sees it, with queues and a website as subscribers.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import { after, before, test } from 'node:test';

import {
  BatchEntryIdsNotDistinctException,
  BatchRequestTooLongException,
  ConfirmSubscriptionCommand,
  CreateTopicCommand,
  DeleteTopicCommand,
  EmptyBatchRequestException,
  GetSubscriptionAttributesCommand,
  GetTopicAttributesCommand,
  InvalidBatchEntryIdException,
  InvalidParameterException,
  ListSubscriptionsByTopicCommand,
  ListSubscriptionsCommand,
  ListTopicsCommand,
  NotFoundException,
  PublishBatchCommand,
  PublishCommand,
  SetSubscriptionAttributesCommand,
  SetTopicAttributesCommand,
  SNSClient,
  SubscribeCommand,
  TooManyEntriesInBatchRequestException,
  UnsubscribeCommand,
} from '@aws-sdk/client-sns';
import { CreateQueueCommand, DeleteMessageCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import MessageValidator from 'sns-validator';

import { account, region, startRig } from './support/rig.mjs';

let rig;
let sns;
let sqs;
before(async () => {
  rig = await startRig();
  sns = rig.client(SNSClient);
  sqs = rig.client(SQSClient);
});
after(() => rig.remove());

const send = (command) => sns.send(command);
const topicArn = (name) => `arn:aws:sns:${region}:${account}:${name}`;
const queueArn = (name) => `arn:aws:sqs:${region}:${account}:${name}`;
const createTopic = async (Name, Attributes) => (await send(new CreateTopicCommand({ Name, Attributes }))).TopicArn;
const createQueue = async (QueueName, Attributes) =>
  (await sqs.send(new CreateQueueCommand({ QueueName, Attributes }))).QueueUrl;

async function subscribeQueue(TopicArn, name, Attributes) {
  const QueueUrl = await createQueue(name);
  const { SubscriptionArn } = await send(
    new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint: queueArn(name), Attributes, ReturnSubscriptionArn: true }),
  );
  return { QueueUrl, SubscriptionArn };
}
/** The next message of a queue, taken out of it; waits until one is there. */
async function next(QueueUrl) {
  const { Messages } = await sqs.send(
    new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20, MessageAttributeNames: ['All'] }),
  );
  await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: Messages[0].ReceiptHandle }));
  return Messages[0];
}

test('topics are created, listed, described, changed and deleted', async () => {
  const TopicArn = await createTopic('plain', { DisplayName: 'Plain' });
  assert.equal(TopicArn, topicArn('plain'));
  assert.equal(await createTopic('plain', { DisplayName: 'Plain' }), TopicArn);
  await send(new SetTopicAttributesCommand({ TopicArn, AttributeName: 'DisplayName', AttributeValue: 'A & B' }));
  const { Attributes } = await send(new GetTopicAttributesCommand({ TopicArn }));
  assert.deepEqual([Attributes.TopicArn, Attributes.DisplayName, Attributes.Owner], [TopicArn, 'A & B', account]);
  assert.ok((await send(new ListTopicsCommand({}))).Topics.some((topic) => topic.TopicArn === TopicArn));
  await send(new DeleteTopicCommand({ TopicArn }));
  await assert.rejects(send(new GetTopicAttributesCommand({ TopicArn })), NotFoundException);
});

test('subscriptions are made, listed, described, changed and ended', async () => {
  const TopicArn = await createTopic('listed');
  const { SubscriptionArn } = await subscribeQueue(TopicArn, 'listed-queue');
  const expected = {
    SubscriptionArn,
    Owner: account,
    Protocol: 'sqs',
    Endpoint: queueArn('listed-queue'),
    TopicArn,
  };
  assert.deepEqual((await send(new ListSubscriptionsByTopicCommand({ TopicArn }))).Subscriptions, [expected]);
  assert.deepEqual((await send(new ListSubscriptionsCommand({}))).Subscriptions, [expected]);
  await send(
    new SetSubscriptionAttributesCommand({ SubscriptionArn, AttributeName: 'RawMessageDelivery', AttributeValue: 'true' }),
  );
  const { Attributes } = await send(new GetSubscriptionAttributesCommand({ SubscriptionArn }));
  assert.deepEqual([Attributes.RawMessageDelivery, Attributes.PendingConfirmation], ['true', 'false']);
  await send(new UnsubscribeCommand({ SubscriptionArn }));
  assert.deepEqual((await send(new ListSubscriptionsByTopicCommand({ TopicArn }))).Subscriptions, []);
});

test('a queue gets the envelope, or with raw delivery the message and its attributes', async () => {
  const TopicArn = await createTopic('fan-out');
  const wrapped = await subscribeQueue(TopicArn, 'wrapped');
  const raw = await subscribeQueue(TopicArn, 'raw', { RawMessageDelivery: 'true' });
  const MessageAttributes = {
    text: { DataType: 'String', StringValue: 'v & w' },
    bytes: { DataType: 'Binary', BinaryValue: Uint8Array.from([0, 255]) },
  };
  const { MessageId } = await send(
    new PublishCommand({ TopicArn, Message: 'Grüße & <tags>', Subject: 'hello', MessageAttributes }),
  );
  const envelope = JSON.parse((await next(wrapped.QueueUrl)).Body);
  assert.deepEqual(Object.keys(envelope).slice(0, 6), ['Type', 'MessageId', 'TopicArn', 'Subject', 'Message', 'Timestamp']);
  assert.deepEqual(
    [envelope.Type, envelope.MessageId, envelope.TopicArn, envelope.Subject, envelope.Message],
    ['Notification', MessageId, TopicArn, 'hello', 'Grüße & <tags>'],
  );
  assert.deepEqual(envelope.MessageAttributes.bytes, { Type: 'Binary', Value: 'AP8=' });
  const message = await next(raw.QueueUrl);
  assert.equal(message.Body, 'Grüße & <tags>');
  assert.deepEqual(message.MessageAttributes, MessageAttributes);
});

test('a filter lets through what it names', async () => {
  const TopicArn = await createTopic('filtered');
  const FilterPolicy = JSON.stringify({ amount: [{ numeric: ['>', 100] }] });
  const { QueueUrl } = await subscribeQueue(TopicArn, 'big', { FilterPolicy, RawMessageDelivery: 'true' });
  const publish = (Message, amount) =>
    send(new PublishCommand({ TopicArn, Message, MessageAttributes: { amount: { DataType: 'Number', StringValue: amount } } }));
  await publish('small', '1');
  await publish('large', '101');
  assert.equal((await next(QueueUrl)).Body, 'large');
});

test('batches answer entry by entry', async () => {
  const TopicArn = await createTopic('batched');
  const { QueueUrl } = await subscribeQueue(TopicArn, 'batched', { RawMessageDelivery: 'true' });
  const entries = ['a', 'b'].map((Id) => ({ Id, Message: `message ${Id}` }));
  const { Successful, Failed } = await send(new PublishBatchCommand({ TopicArn, PublishBatchRequestEntries: entries }));
  assert.deepEqual(Successful.map((entry) => entry.Id), ['a', 'b']);
  assert.deepEqual(Failed, []);
  const bodies = [(await next(QueueUrl)).Body, (await next(QueueUrl)).Body];
  assert.deepEqual(bodies.sort(), ['message a', 'message b']);
});

test('FIFO topics hand on in order, and know a duplicate', async () => {
  const TopicArn = await createTopic('steps.fifo', { FifoTopic: 'true', ContentBasedDeduplication: 'true' });
  const QueueUrl = await createQueue('steps.fifo', { FifoQueue: 'true' });
  await send(
    new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint: queueArn('steps.fifo'), Attributes: { RawMessageDelivery: 'true' } }),
  );
  const publish = (Message) => send(new PublishCommand({ TopicArn, Message, MessageGroupId: 'g' }));
  const first = await publish('1');
  assert.match(first.SequenceNumber, /^\d{20}$/);
  assert.deepEqual((await publish('1')).MessageId, first.MessageId);
  await publish('2');
  assert.equal((await next(QueueUrl)).Body, '1');
  assert.equal((await next(QueueUrl)).Body, '2');
});

test('errors have the classes and texts of AWS', async () => {
  const TopicArn = await createTopic('errors');
  const batch = (PublishBatchRequestEntries) => new PublishBatchCommand({ TopicArn, PublishBatchRequestEntries });
  const entry = (Id) => ({ Id, Message: 'x' });
  const cases = [
    [new PublishCommand({ TopicArn: topicArn('none'), Message: 'x' }), NotFoundException, 'Topic does not exist', 404],
    [new PublishCommand({ TopicArn: 'nonsense', Message: 'x' }), InvalidParameterException,
      'Invalid parameter: TopicArn Reason: An ARN must have at least 6 elements, not 1', 400],
    [new PublishCommand({ TopicArn, Message: '' }), InvalidParameterException, 'Invalid parameter: Empty message', 400],
    [new PublishCommand({ TopicArn, Message: '{}', MessageStructure: 'json' }), InvalidParameterException,
      'Invalid parameter: Message Structure - No default entry in JSON message body', 400],
    [batch([entry('a'), entry('a')]), BatchEntryIdsNotDistinctException,
      'Two or more batch entries in the request have the same Id.', 400],
    [batch([...Array(11).keys()].map((i) => entry(`${i}`))), TooManyEntriesInBatchRequestException,
      'The batch request contains more entries than permissible.', 400],
    [batch([entry('a b')]), InvalidBatchEntryIdException,
      'The Id of a batch entry in the batch request contains an impermissible character: a b', 400],
    [batch(['a', 'b'].map((Id) => ({ Id, Message: 'x'.repeat(200_000) }))), BatchRequestTooLongException,
      'The length of all the messages put together is more than the limit.', 400],
    [batch([]), EmptyBatchRequestException, "The batch request doesn't contain any entries.", 400],
    [new PublishCommand({ TopicArn, Message: 'x'.repeat(262_145) }), InvalidParameterException,
      'Invalid parameter: Message too long', 400],
    [new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint: queueArn('any'), Attributes: { FilterPolicy: '{"a":[{"suffix":1}]}' } }),
      InvalidParameterException, 'Invalid parameter: Attributes Reason: FilterPolicy: suffix match pattern must be a string', 400],
    [new GetSubscriptionAttributesCommand({ SubscriptionArn: `${TopicArn}:00000000-0000-4000-8000-000000000000` }), NotFoundException,
      'Subscription does not exist', 404],
  ];
  for (const [command, Class, message, status] of cases) {
    await assert.rejects(send(command), (error) => {
      assert.ok(error instanceof Class, `${error.name}: ${error.message}`);
      assert.equal(error.message, message);
      assert.equal(error.$metadata.httpStatusCode, status);
      assert.equal(error.Type, 'Sender');
      return true;
    });
  }
});

test('what is not emulated is refused', async () => {
  await assert.rejects(send(new CreateTopicCommand({ Name: 'tagged', Tags: [{ Key: 'a', Value: 'b' }] })), {
    name: 'NotImplemented',
    message: 'SNS CreateTopic: the parameter Tags is not emulated by relayrig',
  });
  await assert.rejects(send(new PublishCommand({ PhoneNumber: '+4312345', Message: 'x' })), {
    message: 'SNS Publish: the parameter PhoneNumber is not emulated by relayrig',
  });
  const TopicArn = await createTopic('refusing');
  await assert.rejects(send(new SubscribeCommand({ TopicArn, Protocol: 'email', Endpoint: 'a@example.com' })), {
    name: 'NotImplemented',
    message: 'Invalid parameter: Protocol email is not emulated by relayrig',
  });
  await assert.rejects(send(new SetTopicAttributesCommand({ TopicArn, AttributeName: 'KmsMasterKeyId', AttributeValue: 'x' })), {
    name: 'NotImplemented',
    message: 'Invalid parameter: KmsMasterKeyId is not emulated by relayrig',
  });
});

/** A website that keeps what is posted to it. */
async function website() {
  const posts = [];
  let wake = () => {};
  const server = http.createServer((request, response) => {
    let text = '';
    request.on('data', (part) => (text += part));
    request.on('end', () => {
      posts.push({ headers: request.headers, text });
      response.end();
      wake();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${server.address().port}/hook`,
    async next() {
      while (posts.length === 0) await new Promise((done) => (wake = done));
      return posts.shift();
    },
    close: () => server.close(),
  };
}

/**
 * sns-validator as it is. It fetches the certificate from sns.<region>.amazonaws.com with https.get: only that
 * name leads to the rig here.
 */
async function validate(message) {
  const get = https.get;
  https.get = (url, callback) => http.get(rig.url + new URL(url).pathname, callback);
  try {
    return await new Promise((resolve, reject) =>
      new MessageValidator().validate(message, (error, valid) => (error ? reject(error) : resolve(valid))),
    );
  } finally {
    https.get = get;
  }
}

test('a website confirms, is sent what is published, and can check the signature', async () => {
  const site = await website();
  const TopicArn = await createTopic('web');
  const pending = await send(new SubscribeCommand({ TopicArn, Protocol: 'http', Endpoint: site.url }));
  assert.equal(pending.SubscriptionArn, 'pending confirmation');
  const confirmation = await site.next();
  assert.equal(confirmation.headers['x-amz-sns-message-type'], 'SubscriptionConfirmation');
  const asked = await validate(confirmation.text);
  const { SubscriptionArn } = await send(new ConfirmSubscriptionCommand({ TopicArn, Token: asked.Token }));
  assert.ok(SubscriptionArn.startsWith(`${TopicArn}:`));

  await send(new PublishCommand({ TopicArn, Message: 'signed', Subject: 'hello' }));
  const post = await site.next();
  assert.equal(post.headers['x-amz-sns-subscription-arn'], SubscriptionArn);
  assert.equal(post.headers['content-type'], 'text/plain; charset=UTF-8');
  assert.equal((await validate(post.text)).Message, 'signed');
  const forged = post.text.replace('"signed"', '"forged"');
  assert.notEqual(forged, post.text);
  await assert.rejects(validate(forged), /signature.*invalid/i);
  site.close();
});

test('a website may confirm by opening the link', async () => {
  const site = await website();
  const TopicArn = await createTopic('link');
  await send(new SubscribeCommand({ TopicArn, Protocol: 'http', Endpoint: site.url }));
  const { SubscribeURL } = JSON.parse((await site.next()).text);
  assert.ok(SubscribeURL.startsWith(`${rig.url}/?Action=ConfirmSubscription`), SubscribeURL);
  assert.equal((await fetch(SubscribeURL)).status, 200);
  await send(new PublishCommand({ TopicArn, Message: 'after the link' }));
  const message = JSON.parse((await site.next()).text);
  assert.equal(message.Message, 'after the link');
  assert.equal((await fetch(message.UnsubscribeURL)).status, 200);
  assert.deepEqual((await send(new ListSubscriptionsByTopicCommand({ TopicArn }))).Subscriptions, []);
  site.close();
});

test('each message that was published is an event with an end', async () => {
  const { code, report } = await rig.stop();
  assert.equal(code, 0, report);
  const ends = rig.query(
    "SELECT \"end\", count(*) AS times FROM events WHERE channel LIKE '%:filtered' GROUP BY 1 ORDER BY 1",
  );
  assert.deepEqual(ends, [{ end: 'delivered', times: 1 }, { end: 'filtered', times: 1 }]);
});
