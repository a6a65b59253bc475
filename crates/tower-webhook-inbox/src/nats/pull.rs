//! Pulling messages from the consumer.

use std::time::Duration;

use async_nats::jetstream::AckKind;
use async_nats::jetstream::stream::Stream;
use async_nats::{Client, StatusCode, Subscriber};
use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::future::join_all;
use serde::{Deserialize, Serialize};
use tokio::time::{Instant, timeout_at};

use super::holding::{Held, Holding};
use super::message::Handed;
use super::streams::{ACK_WAIT, CONSUMER, Names, ensure_consumer};
use super::{Error, NatsStore};
use crate::queue::lease::Taken;

/// How long an answer is awaited: less than the patience of the worker.
const PATIENCE: Duration = Duration::from_secs(5);
/// When a message is handed out again that carries the id of one that is held.
const LATER: Duration = Duration::from_secs(1);
/// What the server writes when the next message alone is larger than the request allows.
const TOO_LARGE: &str = "Message Size Exceeds MaxBytes";

/// The pulls of one worker. One subscription gets all answers, so that none is lost that comes late.
#[derive(Debug)]
pub(super) struct Pulls {
    answers: Subscriber,
    inbox: String,
    number: u64,
}

/// A request for messages, as the server reads it.
#[derive(Serialize)]
struct Request {
    batch: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_bytes: Option<usize>,
    /// Answers at once, also when there is nothing.
    no_wait: bool,
}

/// A note that a message was put back: when it had been handed out this often, this many attempts had been made.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct PutBack {
    delivered: u64,
    attempts: u32,
}

impl PutBack {
    pub(super) fn of(held: &Held) -> Self {
        Self {
            delivered: held.delivered,
            attempts: held.attempts,
        }
    }

    pub(super) fn encode(self) -> Bytes {
        serde_json::to_vec(&self).expect("numbers can be encoded").into()
    }

    /// How many attempts were made before a message is handed out for this time.
    fn attempts_before(note: Option<Self>, delivered: u64) -> u32 {
        let Self {
            delivered: back,
            attempts,
        } = note.unwrap_or(Self {
            delivered: 0,
            attempts: 0,
        });
        let since = delivered.saturating_sub(back + 1);
        attempts.saturating_add(since.try_into().unwrap_or(u32::MAX))
    }
}

impl Pulls {
    pub(super) async fn start(client: &Client) -> Result<Self, Error> {
        let inbox = client.new_inbox();
        let answers = client.subscribe(format!("{inbox}.*")).await.map_err(Error::server)?;
        Ok(Self {
            answers,
            inbox,
            number: 0,
        })
    }

    /// Gets messages, and adds them to what is held and ready.
    pub(super) async fn pull(
        &mut self,
        store: &NatsStore,
        holding: &Holding,
        tasks: usize,
        bytes: usize,
    ) -> Result<(), Error> {
        if self.request(store, holding, tasks, Some(bytes.max(1))).await? {
            // One in any case.
            self.request(store, holding, 1, None).await?;
        }
        Ok(())
    }

    /// Returns whether there was nothing but a message that is larger than `max_bytes`.
    async fn request(
        &mut self,
        store: &NatsStore,
        holding: &Holding,
        batch: usize,
        max_bytes: Option<usize>,
    ) -> Result<bool, Error> {
        let shared = store.connected()?;
        self.number += 1;
        let inbox = format!("{}.{}", self.inbox, self.number);
        let subject = format!("$JS.API.CONSUMER.MSG.NEXT.{}.{CONSUMER}", shared.names.stream("tasks"));
        let request = Request {
            batch,
            // The server reads a number of 64 bits with a sign.
            max_bytes: max_bytes.map(|bytes| bytes.min(1 << 40)),
            no_wait: true,
        };
        let request = serde_json::to_vec(&request).map_err(Error::server)?;
        let asked = Instant::now();
        let sent = shared.client.publish_with_reply(subject, inbox.clone(), request.into());
        sent.await.map_err(Error::server)?;

        let (mut messages, mut end) = (Vec::new(), Ok(false));
        while messages.len() < batch {
            let answer = match timeout_at(asked + PATIENCE, self.answers.next()).await {
                Ok(Some(answer)) => answer,
                Ok(None) => return Err(Error::Disconnected),
                Err(silence) => {
                    end = Err(Error::server(silence));
                    break;
                }
            };
            match answer.status {
                None => messages.extend(Handed::new(answer)),
                // Belongs to a request that was given up.
                Some(_) if *answer.subject != *inbox => {}
                Some(StatusCode::NOT_FOUND | StatusCode::TIMEOUT) => break,
                Some(_) if answer.description.as_deref() == Some(TOO_LARGE) => {
                    end = Ok(messages.is_empty());
                    break;
                }
                Some(status) => {
                    let text = answer.description.unwrap_or_default();
                    end = Err(Error::server(format!("the server ended a pull: {status} {text}")));
                    break;
                }
            }
        }
        hold(store, holding, messages, asked).await;
        if end.is_err() {
            // The consumer may be gone. The server does not answer then.
            ensure_consumer(&shared.tasks).await?;
        }
        end
    }
}

/// Adds messages to what is held and ready.
async fn hold(store: &NatsStore, holding: &Holding, messages: Vec<Handed>, asked: Instant) {
    let shared = &store.shared;
    let notes = messages.iter().map(|handed| note(&shared.state, &shared.names, handed));
    let notes = join_all(notes).await;
    let mut seconds = Vec::new();
    for (handed, note) in messages.into_iter().zip(notes) {
        let (id, payload) = (handed.task(), handed.message.payload);
        let held = Held {
            reply: handed.reply,
            sequence: handed.sequence,
            delivered: handed.delivered,
            attempts: PutBack::attempts_before(note, handed.delivered),
            was_put_back: note.is_some(),
            ends: false,
            alive_until: asked + ACK_WAIT,
        };
        let mut content = holding.content();
        match content.held.get_mut(&id) {
            None => {
                content.ready.push_back(Taken {
                    id: id.clone(),
                    attempts: held.attempts,
                    delivery: serde_json::from_slice(&payload),
                    bytes: payload.len(),
                });
                content.held.insert(id, held);
            }
            // The server had given this worker up, which is at work on the message.
            Some(same) if same.sequence == held.sequence => *same = held,
            // Another message of one task, from a sender whose retry came too late to be known.
            Some(_) => seconds.push(held.reply),
        }
    }
    for reply in seconds {
        // One that is lost on the way is handed out again too.
        let _ = shared.client.publish(reply, AckKind::Nak(Some(LATER)).into()).await;
    }
}

/// The note that this message was put back. Only one that is handed out again can have one.
///
/// Without an answer it is taken to have none: that counts an attempt too many, and not to hold the message would too.
async fn note(state: &Stream<()>, names: &Names, handed: &Handed) -> Option<PutBack> {
    if handed.delivered <= 1 {
        return None;
    }
    let note = state.direct_get_last_for_subject(names.put_back(handed.sequence)).await;
    serde_json::from_slice(&note.ok()?.payload).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_that_was_put_back_has_as_many_attempts_as_before() {
        let before = |note: Option<(u64, u32)>, delivered| {
            let note = note.map(|(delivered, attempts)| PutBack { delivered, attempts });
            PutBack::attempts_before(note, delivered)
        };
        assert_eq!([1, 2, 5].map(|delivered| before(None, delivered)), [0, 1, 4]);
        // Put back the first time, and then failed twice.
        assert_eq!([2, 3, 4].map(|delivered| before(Some((1, 0)), delivered)), [0, 1, 2]);
        // Failed twice, put back the third time, then failed.
        assert_eq!([4, 5].map(|delivered| before(Some((3, 2)), delivered)), [2, 3]);
        // The server lost its count.
        assert_eq!(before(Some((3, 2)), 1), 2);
    }
}
