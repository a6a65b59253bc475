//! What each provider asks, first in the form that it documents, then in forms that are not to be answered.

mod signed;
mod unsigned;

use bytes::Bytes;
use http::{Method, Request};

use super::askers::Asker;
use super::rows::Expect::{self, Answer};
use super::rows::request;

/// A name, the request before it is signed, and the answer to it.
pub(super) type Asked = (&'static str, Request<Bytes>, Expect);

pub(super) fn requests(of: Asker) -> Vec<Asked> {
    match of {
        Asker::Asana => unsigned::asana(),
        Asker::DiscordEvents => signed::discord_events(),
        Asker::DiscordInteractions => signed::discord_interactions(),
        Asker::Dropbox => unsigned::dropbox(),
        Asker::Meta => unsigned::meta(),
        Asker::MicrosoftGraph => unsigned::microsoft_graph(),
        Asker::Okta => unsigned::okta(),
        Asker::Slack => signed::slack(),
        Asker::Trello => unsigned::trello(),
        Asker::Twitch => signed::twitch(),
        Asker::WooCommerce => unsigned::woocommerce(),
        Asker::XCom => unsigned::x(),
        Asker::Xero => signed::xero(),
        Asker::Zoom => signed::zoom(),
    }
}

fn text(body: &str) -> Expect {
    Answer(200, Some("text/plain; charset=utf-8"), body.to_owned())
}

fn json(body: &str) -> Expect {
    Answer(200, Some("application/json"), body.to_owned())
}

fn empty(status: u16) -> Expect {
    Answer(status, None, String::new())
}

fn get(uri: &str) -> Request<Bytes> {
    request(Method::GET, uri, &[], "")
}

fn post(body: impl Into<Bytes>) -> Request<Bytes> {
    request(Method::POST, "/hook", &[], body)
}
