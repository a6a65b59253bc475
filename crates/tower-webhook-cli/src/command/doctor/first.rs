//! What to do when the very first request, a valid one, is not accepted: nothing else would mean anything.

use super::wire::Came;
use crate::scheme::{Chosen, Kind};

/// What is probably wrong, and how to mend it. It may have text of the receiver, which is escaped where it is printed.
pub(super) fn advice(came: &Came, chosen: &Chosen) -> String {
    let Came::Answer(answer) = came else {
        return match came {
            Came::Closed => "the connection was closed without an answer: look into the receiver's log, and whether \
                the URL should begin with https://"
                .to_owned(),
            Came::NotHttp => "the answer is not HTTP/1.1: is this the port of the receiver?".to_owned(),
            Came::NotConnected(error) => format!("not connected: {error}"),
            _ => "there was no answer in time: does the receiver work before it answers? Answer first".to_owned(),
        };
    };
    match answer.status.as_u16() {
        401 | 403 => {
            let question = match chosen.scheme.kind() {
                Kind::KeyPair => "does its public key belong to this private one",
                _ => "is the secret its own",
            };
            format!(
                "the receiver does not accept the signature: {question}, and is --scheme {} right? \
                 `tower-webhook explain` finds the difference",
                chosen.name
            )
        }
        404 | 410 => "nothing is at this path: compare it with the path of the receiver".to_owned(),
        405 => "the path does not take POST: compare it with the path of the receiver".to_owned(),
        300..=399 => match &answer.location {
            Some(to) => format!("it is a redirect, which senders do not follow: use {to}"),
            None => "it is a redirect, which senders do not follow: use the URL that it leads to".to_owned(),
        },
        413 => "the receiver admits only smaller bodies than this one".to_owned(),
        429 => "the receiver limits how many requests it takes: switch that off for this test".to_owned(),
        400..=499 => "the receiver does not accept the sample: give it an event of yours with --body FILE".to_owned(),
        500..=599 => "the receiver fails on the sample: look into its log, or give it an event of yours with --body \
             FILE"
            .to_owned(),
        _ => "senders expect a 2xx".to_owned(),
    }
}
