package app

import "github.com/prometheus/client_golang/prometheus"

// trafficFamilies are what goes over the sockets.
func trafficFamilies() []family {
	return []family{
		labelled("notewire_frames_sent_total", "Frames handed to the kernel, by type.", prometheus.CounterValue, []string{"type"},
			func(o *observation, emit func(float64, ...string)) {
				o.stats.EachOut(func(typ string, frames, _ int64) { emit(float64(frames), typ) })
			}),
		labelled("notewire_sent_bytes_total", "Bytes handed to the kernel, headers included, by type of frame.", prometheus.CounterValue, []string{"type"},
			func(o *observation, emit func(float64, ...string)) {
				o.stats.EachOut(func(typ string, _, bytes int64) { emit(float64(bytes), typ) })
			}),
		labelled("notewire_messages_received_total", "Messages from clients, by type; ignored: nothing came of them.", prometheus.CounterValue, []string{"type"},
			receivedByType(func(messages, _ int64) int64 { return messages })),
		labelled("notewire_message_bytes_received_total", "Bytes of messages from clients, without headers, by type.", prometheus.CounterValue, []string{"type"},
			receivedByType(func(_, bytes int64) int64 { return bytes })),
		labelled("notewire_messages_ignored_total", "Messages from clients that nothing came of, by reason.", prometheus.CounterValue, []string{"reason"},
			func(o *observation, emit func(float64, ...string)) {
				o.stats.EachIn(func(_, ignored string, messages, _ int64) {
					if ignored != "" {
						emit(float64(messages), ignored)
					}
				})
			}),
		counter("notewire_received_frames_total", "Frames from clients as they came, with control frames and fragments.",
			func(o *observation) float64 { frames, _ := o.stats.In(); return float64(frames) }),
		counter("notewire_received_bytes_total", "Bytes from clients as they came, with headers and control frames.",
			func(o *observation) float64 { _, bytes := o.stats.In(); return float64(bytes) }),
		gauge("notewire_queue_bytes", "Bytes that wait to be sent; a frame that several queues share counts once.",
			func(o *observation) float64 { return float64(o.queueBytes) }),
		gauge("notewire_queue_frames", "Frames that wait to be sent, each as often as it is to be sent.",
			func(o *observation) float64 { return float64(o.queueFrames) }),
		counter("notewire_frames_queued_total", "Frames that could not be sent at once.",
			func(o *observation) float64 { return float64(o.stats.Queued.Load()) }),
		counter("notewire_frames_skipped_total", "Queued frames that were not sent, since their channel had been left or their connection was closed.",
			func(o *observation) float64 { return float64(o.stats.Skipped.Load()) }),
		counter("notewire_frames_oversized_total", "Frames larger than a connection's queue, which nobody was sent. Each is a fault of the server.",
			func(o *observation) float64 { return float64(o.stats.Oversized.Load()) }),
		ofShards(counter("notewire_frames_unsendable_total", "Frames that were not sent because a note could not be rewritten for its viewer. Each is a fault of the server.",
			func(o *observation) float64 { return float64(o.shards.Unsendable) })),
		counter("notewire_replay_rounds_total", "Replays that had to go on with another read, because too much came by meanwhile to be held.",
			func(o *observation) float64 { return float64(o.stats.ReplayRounds.Load()) }),
		counter("notewire_replayed_events_total", "Events of the log that were replayed to clients that resumed.",
			func(o *observation) float64 { return float64(o.stats.Replayed.Load()) }),
		counter("notewire_replay_gaps_total", "Channels and captures that could not be resumed, whose clients were told so.",
			func(o *observation) float64 { return float64(o.stats.Gaps.Load()) }),
	}
}

// receivedByType reads one figure of the messages, those that were ignored
// together.
func receivedByType(pick func(messages, bytes int64) int64) func(*observation, func(float64, ...string)) {
	return func(o *observation, emit func(float64, ...string)) {
		var ignored int64
		o.stats.EachIn(func(typ, why string, messages, bytes int64) {
			if n := pick(messages, bytes); why != "" {
				ignored += n
			} else {
				emit(float64(n), typ)
			}
		})
		emit(float64(ignored), "ignored")
	}
}

// feedFamilies are the way of events from the log to the shards.
func feedFamilies() []family {
	return []family{
		counter("notewire_feed_events_total", "Events read from the log.",
			func(o *observation) float64 { return float64(o.reader.Events) }),
		counter("notewire_feed_reads_total", "Reads of the log.",
			func(o *observation) float64 { return float64(o.reader.Reads) }),
		counter("notewire_feed_errors_total", "Calls of the database by the reader of the log that failed.",
			func(o *observation) float64 { return float64(o.reader.Errors) }),
		gauge("notewire_feed_failing", "1 if the reader's last call of the database failed.",
			func(o *observation) float64 { return oneIfTrue(o.reader.Failing) }),
		gauge("notewire_feed_last_read_timestamp_seconds", "When the log was last read, in seconds since 1970; 0: never.",
			func(o *observation) float64 {
				if o.reader.LastRead.IsZero() {
					return 0
				}
				return float64(o.reader.LastRead.UnixMilli()) / 1000
			}),
		gauge("notewire_feed_position", "The highest id of an event that was read.",
			func(o *observation) float64 { return float64(o.reader.Highest) }),
		gauge("notewire_feed_ids_skipped", "Ids of events that are missing now, because their transactions are open or were rolled back.",
			func(o *observation) float64 { return float64(o.reader.Skipped) }),
		counter("notewire_feed_ids_noticed_total", "Ids of events that were found missing.",
			func(o *observation) float64 { return float64(o.reader.Noticed) }),
		counter("notewire_feed_ids_late_total", "Missing ids whose events came after all.",
			func(o *observation) float64 { return float64(o.reader.Late) }),
		counter("notewire_feed_ids_given_up_total", "Missing ids that were found to stay empty.",
			func(o *observation) float64 { return float64(o.reader.GivenUp) }),
		counter("notewire_feed_horizons_total", "Transaction ids asked for, to learn which missing ids stay empty.",
			func(o *observation) float64 { return float64(o.reader.Horizons) }),
		counter("notewire_feed_gaps_total", "Times that events may have been missed, and every client was sent away with 1012.",
			func(o *observation) float64 { return float64(o.reader.Gaps) }),
		counter("notewire_events_unreadable_total", "Events that could not be read and were passed over. Each is a fault of whoever wrote it.",
			func(o *observation) float64 { return float64(o.stats.Unreadable.Load()) }),
		counter("notewire_events_without_facts_total", "Events that carried a note of which nobody said who may see it, and were sent to nobody. Each is a fault of whoever wrote it.",
			func(o *observation) float64 { return float64(o.stats.NotesWithoutFacts.Load()) }),
		counter("notewire_events_facts_derived_total", "Events of older versions or other programs whose notes had to be read to know who may see them.",
			func(o *observation) float64 { return float64(o.stats.FactsDerived.Load()) }),
		counter("notewire_events_unknown_total", "Events of kinds that this program does not know.",
			func(o *observation) float64 { return float64(o.stats.UnknownEvents.Load()) }),
		counter("notewire_events_prepare_failures_total", "Events that went out without what a query should have added, since it failed or took too long.",
			func(o *observation) float64 { return float64(o.stats.PrepareFailures.Load()) }),
		gauge("notewire_listening", "1 while the news of other nodes' and programs' events comes at once: LISTEN on PostgreSQL, the watch over the file on SQLite.",
			func(o *observation) float64 { return oneIfTrue(o.wakes.listening) }),
		counter("notewire_listen_reconnects_total", "Times that LISTEN succeeded again after it was lost. Always 0 on SQLite.",
			func(o *observation) float64 { return float64(max(o.wakes.connects, 1) - 1) }),
		counter("notewire_listen_failures_total", "Times that the connection for LISTEN broke or could not be made, or that the file could not be looked at.",
			func(o *observation) float64 { return float64(o.wakes.failures) }),
		counter("notewire_notifies_received_total", "Notifications of other nodes and programs; on SQLite, changes of the file, this process's own included.",
			func(o *observation) float64 { return float64(o.wakes.received) }),
		counter("notewire_notifies_sent_total", "NOTIFY sent for events of this node. Always 0 on SQLite.",
			func(o *observation) float64 { return float64(o.wakes.sent) }),
		counter("notewire_notify_errors_total", "NOTIFY that failed; the other nodes find the events by polling.",
			func(o *observation) float64 { return float64(o.wakes.sendErrors) }),
	}
}

// httpFamilies are the limits of HTTP that a client met.
func httpFamilies() []family {
	return []family{
		labelled("notewire_http_stalled_total", "HTTP requests that were given up because nothing moved any more, or too little: body, the client did not send it; answer, the client did not take it.",
			prometheus.CounterValue, []string{"side"}, func(o *observation, emit func(float64, ...string)) {
				emit(float64(o.slowBodies), "body")
				emit(float64(o.slowReaders), "answer")
			}),
	}
}
