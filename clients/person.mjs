// A person: an account with Misskey's own client library, joined to main and all four timelines, and all that arrived.

import { Stream, api } from 'misskey-js';
import WebSocket from 'ws';

const patience = 15_000; // a hanging server fails the test instead of stopping it

export const timelines = ['homeTimeline', 'localTimeline', 'hybridTimeline', 'globalTimeline'];

// What main may carry; unreadNotification comes two seconds after its cause and is looked at on its own.
const mainEvents = [
  'notification', 'unreadNotification', 'mention', 'reply', 'renote', 'follow', 'followed', 'unfollow', 'receiveFollowRequest', 'meUpdated',
  'readAllNotifications', 'myTokenRegenerated',
];

export class Person {
  // signUp makes an account and joins.
  static async signUp(origin, username) {
    const account = await new api.APIClient({ origin }).request('signup', { username, password: `password of ${username}` });
    const person = new Person(origin, account);
    await person.#join(origin);
    return person;
  }

  constructor(origin, account) {
    this.id = account.id;
    this.username = account.username;
    this.token = account.token;
    this.client = new api.APIClient({ origin, credential: account.token });
    this.arrived = []; // {channel, type, body}
    this.waiting = new Set();
  }

  async #join(origin) {
    this.stream = new Stream(origin, { token: this.token }, { WebSocket });
    await this.#once('_connected_', () => true);
    const main = this.stream.useChannel('main');
    for (const type of mainEvents) main.on(type, (body) => this.#keep('main', type, body));
    for (const channel of timelines) {
      // Without parameters the library shares a subscription, with parameters it makes one: both are used by clients.
      const connection = channel === 'homeTimeline' ? this.stream.useChannel(channel) : this.stream.useChannel(channel, {});
      connection.on('note', (note) => this.#keep(channel, 'note', note));
    }
    this.stream.on('noteUpdated', (update) => this.#keep('capture', update.type, update));
    await this.ready();
  }

  // ready waits until the server has read every frame that was sent: it answers a connect with pong in its turn.
  async ready() {
    const id = `ready-${Math.random()}`;
    const answered = this.#once('connected', (body) => body.id === id);
    this.stream.send('connect', { channel: 'localTimeline', id, pong: true });
    await answered;
    this.stream.send('disconnect', { id });
  }

  #once(type, matches) {
    return new Promise((done, fail) => {
      const late = setTimeout(() => {
        this.stream.off(type, listener);
        fail(new Error(`${this.username}: no ${type} within ${patience} ms`));
      }, patience);
      const listener = (body) => {
        if (!matches(body)) return;
        clearTimeout(late);
        this.stream.off(type, listener);
        done(body);
      };
      this.stream.on(type, listener);
    });
  }

  #keep(channel, type, body) {
    this.arrived.push({ channel, type, body });
    for (const look of this.waiting) look();
  }

  // until waits until what arrived satisfies the condition.
  until(what, condition) {
    return new Promise((done, fail) => {
      const finish = (settle, value) => {
        clearTimeout(late);
        this.waiting.delete(look);
        settle(value);
      };
      const look = () => {
        if (condition(this.arrived)) finish(done);
      };
      const late = setTimeout(() => finish(fail, new Error(`${this.username}: no ${what} within ${patience} ms`)), patience);
      this.waiting.add(look);
      look();
    });
  }

  // post makes a note and returns it.
  async post(params) {
    return (await this.client.request('notes/create', params)).createdNote;
  }

  // capture follows what happens to a note.
  async capture(note) {
    this.stream.send('subNote', { id: note.id });
    await this.ready();
  }

  // take returns what arrived since the last time, without the marker and what is always late.
  take(marker) {
    const all = this.arrived;
    this.arrived = [];
    return all.filter(({ type, body }) => type !== 'unreadNotification' && !(type === 'note' && body.id === marker.id));
  }

  leave() {
    this.stream.close();
  }
}
