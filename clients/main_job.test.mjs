// The main job, seen by Misskey's own client library: what people do arrives where it should, and nowhere else.
//
// After each step somebody whom nobody mutes posts a note that comes to everybody's public timelines. Events are in order on a
// connection, so what did not come before that note does not come.

import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';

import { api } from 'misskey-js';

import { postgres, serve } from './notewire.mjs';
import { Person, timelines } from './person.mjs';

const publicTimelines = ['localTimeline', 'hybridTimeline', 'globalTimeline'];
const friends = ['homeTimeline', 'hybridTimeline'];

// describeEvent names an event so that lists of them can be compared: which channel, which type, of what.
function describeEvent({ channel, type, body }) {
  const of = { notification: body?.type, reacted: body?.body?.reaction, unreacted: body?.body?.reaction, pollVoted: body?.body?.choice }[type];
  return [channel, type, of ?? body?.id].filter((part) => part !== undefined).join(' ');
}

// notes names the arrival of a note in channels.
const notes = (note, channels) => channels.map((channel) => `${channel} note ${note.id}`);

for (const engine of ['SQLite', 'PostgreSQL']) {
  describe(`misskey-js on ${engine}`, () => {
    let database, server, people, alice, bob, carol, dave, postman;

    before(async () => {
      database = engine === 'PostgreSQL' ? await postgres() : undefined;
      server = await serve(database?.url);
      people = {};
      for (const name of ['alice', 'bob', 'carol', 'dave', 'postman']) people[name] = await Person.signUp(server.origin, name);
      ({ alice, bob, carol, dave, postman } = people);
    });

    after(async () => {
      for (const person of Object.values(people ?? {})) person.leave();
      try {
        await server?.stop();
      } finally {
        await database?.stop();
      }
    });

    // take returns what arrived since the last time, by name, with the certainty that nothing of it is still on its way.
    async function take() {
      const marker = await postman.post({ text: 'marker' });
      const isMarker = ({ channel, type, body }) => publicTimelines.includes(channel) && type === 'note' && body.id === marker.id;
      const arrived = {};
      for (const [name, person] of Object.entries(people)) {
        await person.until('marker', (all) => all.filter(isMarker).length === publicTimelines.length);
        arrived[name] = person.take(marker).map(describeEvent).sort();
      }
      return arrived;
    }

    // check compares what arrived since the last check, for everybody: who is not named gets nothing.
    async function check(expected) {
      const everything = {};
      for (const name of Object.keys(people)) everything[name] = [...(expected[name] ?? [])].sort();
      assert.deepEqual(await take(), everything);
    }

    // What a failed test left behind is not the next one's.
    beforeEach(take);

    // everybody says where a public note that is no reply arrives: at home only with its author and the given people.
    function everybody(note, atHome, more = {}) {
      const expected = {};
      for (const [name, person] of Object.entries(people)) {
        const channels = atHome.includes(person) ? timelines : publicTimelines;
        expected[name] = [...notes(note, channels), ...(more[name] ?? [])];
      }
      return expected;
    }

    const refused = (code) => (error) => api.isAPIError(error) && error.code === code;
    const follow = (who, whom) => who.client.request('following/create', { userId: whom.id });

    let note;

    it('a public note comes to the public timelines, and home to its author', async () => {
      note = await alice.post({ text: 'hello' });
      assert.equal(note.text, 'hello');
      await check(everybody(note, [alice]));
    });

    it('a follow is told to both, and counts for the next note', async () => {
      await follow(bob, alice);
      await check({
        alice: [`main followed ${bob.id}`, 'main notification follow'],
        bob: [`main follow ${alice.id}`, 'main notification followRequestAccepted'],
      });
      await check(everybody(await alice.post({ text: 'to a follower too' }), [alice, bob]));
    });

    it('home and followers notes come only to followers', async () => {
      for (const visibility of ['home', 'followers']) {
        const quiet = await alice.post({ text: visibility, visibility });
        await check({ alice: notes(quiet, friends), bob: notes(quiet, friends) });
      }
    });

    it('a specified note comes only to whom it is for', async () => {
      const direct = await alice.post({ text: 'for dave', visibility: 'specified', visibleUserIds: [dave.id] });
      await check({ alice: notes(direct, friends), dave: [`main mention ${direct.id}`, 'main notification mention'] });
      await assert.rejects(bob.client.request('notes/reactions/create', { noteId: direct.id, reaction: '👍' }), refused('NO_SUCH_NOTE'));
    });

    it('a reply comes to its author, to who is replied to, and to the global timeline', async () => {
      const reply = await bob.post({ text: 'a reply', replyId: note.id });
      await check({
        alice: [...notes(reply, publicTimelines), `main mention ${reply.id}`, `main reply ${reply.id}`, 'main notification reply'],
        bob: notes(reply, timelines),
        carol: notes(reply, ['globalTimeline']),
        dave: notes(reply, ['globalTimeline']),
        postman: notes(reply, ['globalTimeline']),
      });
    });

    it('a renote and a quote come to everybody, and are told to the author', async () => {
      const renote = await bob.post({ renoteId: note.id });
      await check(everybody(renote, [bob], { alice: [`main renote ${renote.id}`, 'main notification renote'] }));
      const quote = await bob.post({ renoteId: note.id, text: 'a quote' });
      await check(everybody(quote, [bob], { alice: [`main renote ${quote.id}`, 'main notification quote'] }));
    });

    it('a mention is told', async () => {
      const mention = await carol.post({ text: 'hello @dave' });
      await check(everybody(mention, [carol], { dave: [`main mention ${mention.id}`, 'main notification mention'] }));
    });

    it('reactions come to who captured the note', async () => {
      await alice.capture(note);
      await dave.capture(note);
      await dave.client.request('notes/reactions/create', { noteId: note.id, reaction: '👍' });
      await check({ alice: ['capture reacted 👍', 'main notification reaction'], dave: ['capture reacted 👍'] });
      await dave.client.request('notes/reactions/delete', { noteId: note.id });
      await check({ alice: ['capture unreacted 👍'], dave: ['capture unreacted 👍'] });
    });

    it('votes and a deletion come to who captured the note', async () => {
      const poll = await alice.post({ text: 'a poll', poll: { choices: ['yes', 'no'] } });
      await check(everybody(poll, [alice, bob]));
      await bob.capture(poll);
      await carol.capture(poll);
      await dave.client.request('notes/polls/vote', { noteId: poll.id, choice: 1 });
      await check({ bob: ['capture pollVoted 1'], carol: ['capture pollVoted 1'] });
      await alice.client.request('notes/delete', { noteId: poll.id });
      await check({ bob: [`capture deleted ${poll.id}`], carol: [`capture deleted ${poll.id}`] });
      await assert.rejects(dave.client.request('notes/show', { noteId: poll.id }), refused('NO_SUCH_NOTE'));
    });

    it('followers-only notes are captured by followers only', async () => {
      const quiet = await alice.post({ text: 'quiet', visibility: 'followers' });
      await bob.capture(quiet);
      await dave.capture(quiet);
      await bob.client.request('notes/reactions/create', { noteId: quiet.id, reaction: '❤' });
      await check({
        alice: [...notes(quiet, friends), 'main notification reaction'],
        bob: [...notes(quiet, friends), 'capture reacted ❤'],
      });
    });

    it('an unfollow is told to who unfollows, and counts for the next note', async () => {
      await bob.client.request('following/delete', { userId: alice.id });
      await check({ bob: [`main unfollow ${alice.id}`] });
      await check(everybody(await alice.post({ text: 'to nobody at home' }), [alice]));
      const quiet = await alice.post({ text: 'followers', visibility: 'followers' });
      await check({ alice: notes(quiet, friends) });
    });

    it('of a muted user nothing comes', async () => {
      await dave.client.request('mute/create', { userId: alice.id });
      const muted = await alice.post({ text: 'hello @dave' });
      await check({ ...everybody(muted, [alice]), dave: [] });
      await dave.client.request('mute/delete', { userId: alice.id });
      const heard = await alice.post({ text: 'hello again @dave' });
      await check(everybody(heard, [alice], { dave: [`main mention ${heard.id}`, 'main notification mention'] }));
    });

    it('of a user who blocks me nothing comes, and I cannot react', async () => {
      await alice.client.request('blocking/create', { userId: dave.id });
      const unseen = await alice.post({ text: 'not for dave' });
      await check({ ...everybody(unseen, [alice]), dave: [] });
      await assert.rejects(dave.client.request('notes/reactions/create', { noteId: unseen.id, reaction: '👍' }), refused('YOU_HAVE_BEEN_BLOCKED'));
      await assert.rejects(follow(dave, alice), refused('BLOCKED'));
      await alice.client.request('blocking/delete', { userId: dave.id });
      await check(everybody(await alice.post({ text: 'for all again' }), [alice]));
    });

    it('a locked account is followed after it said yes', async () => {
      await carol.client.request('i/update', { isLocked: true });
      await check({ carol: [`main meUpdated ${carol.id}`] });
      await follow(bob, carol);
      await check({ carol: [`main receiveFollowRequest ${bob.id}`, 'main notification receiveFollowRequest', `main meUpdated ${carol.id}`] });
      const early = await carol.post({ text: 'followers', visibility: 'followers' });
      await check({ carol: notes(early, friends) });
      await carol.client.request('following/requests/accept', { userId: bob.id });
      await check({
        bob: [`main follow ${carol.id}`, 'main notification followRequestAccepted'],
        carol: [`main followed ${bob.id}`, 'main notification follow', `main meUpdated ${carol.id}`],
      });
      const late = await carol.post({ text: 'followers again', visibility: 'followers' });
      await check({ bob: notes(late, friends), carol: notes(late, friends) });
    });

    it('what is read is told', async () => {
      await alice.client.request('notifications/mark-all-as-read', {});
      await check({ alice: ['main readAllNotifications'] });
    });
  });
}
