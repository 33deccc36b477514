// Prints what happens, as Misskey's own client library hears it: notes of the local timeline, and notifications.
//
//   node watch.mjs [origin] [token]        defaults: a server started with `make run`, and its demo user alice

import { Stream } from 'misskey-js';
import WebSocket from 'ws';

const [origin = 'http://127.0.0.1:3000', token = 'alicetoken000000'] = process.argv.slice(2);
const stream = new Stream(origin, { token }, { WebSocket });

stream.on('_connected_', () => console.log(`connected to ${origin}`));
stream.on('_disconnected_', () => console.log('disconnected; it connects again by itself'));

stream.useChannel('localTimeline').on('note', (note) => {
  console.log(`@${note.user.username}: ${note.text ?? '(renote)'}`);
  stream.send('subNote', { id: note.id }); // hear what happens to it
});
stream.on('noteUpdated', ({ id, type, body }) => console.log(`  ${id} ${type} ${body.reaction ?? ''}`));
stream.useChannel('main').on('notification', ({ type, user }) => console.log(`  notification: ${type} by @${user?.username}`));
