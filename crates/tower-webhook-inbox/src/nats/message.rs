//! What the messages of a queue carry beside the delivery.

use async_nats::header::{HeaderMap, HeaderValue};
use async_nats::{Message, Subject};
use jiff::Timestamp;

/// The id of the task.
pub(super) const TASK: &str = "Tower-Webhook-Task";
/// How often a dead letter was tried.
pub(super) const ATTEMPTS: &str = "Tower-Webhook-Attempts";
/// The error of a dead letter, as a string of JSON: a header has no line breaks.
pub(super) const ERROR: &str = "Tower-Webhook-Error";

/// How many bytes of an error are kept.
const ERROR_BYTES: usize = 4096;
/// The room for all headers. In JSON a byte of the error takes up to six.
pub(super) const ERROR_ROOM: usize = 6 * ERROR_BYTES + 1024;

/// A message that a consumer handed out.
pub(super) struct Handed {
    pub(super) message: Message,
    /// Where it is acknowledged.
    pub(super) reply: Subject,
    /// How often the server handed it out, including this time.
    pub(super) delivered: u64,
    pub(super) sequence: u64,
    /// When the stream got it, by the clock of the server.
    pub(super) at: Timestamp,
}

impl Handed {
    /// None when it does not come from a consumer.
    pub(super) fn new(message: Message) -> Option<Self> {
        let reply = message.reply.clone()?;
        let (delivered, sequence, nanoseconds) = parse(reply.strip_prefix("$JS.ACK.")?)?;
        Some(Self {
            at: Timestamp::from_nanosecond(nanoseconds).ok()?,
            message,
            reply,
            delivered,
            sequence,
        })
    }

    /// The id of the task. Messages that another program published have none, and get their sequence number.
    pub(super) fn task(&self) -> String {
        let id = self.message.headers.as_ref().and_then(|headers| headers.get(TASK));
        match id {
            Some(id) if is_token(id.as_str()) => id.as_str().to_owned(),
            _ => format!("seq-{}", self.sequence),
        }
    }
}

/// Reads the address of acknowledgements behind its prefix: the stream, the consumer and five numbers. Newer servers
/// put a domain and an account before them, and may put more behind them.
fn parse(address: &str) -> Option<(u64, u64, i128)> {
    let tokens: Vec<_> = address.split('.').collect();
    let numbers = match tokens.len() {
        7 => &tokens[2..],
        9.. => &tokens[4..],
        _ => return None,
    };
    Some((
        numbers[0].parse().ok()?,
        numbers[1].parse().ok()?,
        numbers[3].parse().ok()?,
    ))
}

/// Whether this can be one part of a subject, and of the name of a stream.
pub(super) fn is_token(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    (1..=100).contains(&text.len()) && text.bytes().all(is_plain)
}

/// Writes the error of a dead letter, cut to its bound.
pub(super) fn write_error(headers: &mut HeaderMap, error: &str) {
    let kept = &error[..error.floor_char_boundary(ERROR_BYTES)];
    headers.insert(ERROR, serde_json::Value::from(kept).to_string());
}

/// Reads what [`write_error`] wrote.
pub(super) fn read_error(headers: &HeaderMap) -> String {
    let written = headers.get(ERROR).map_or("", HeaderValue::as_str);
    serde_json::from_str(written).unwrap_or_else(|_| written.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_old_and_newer_servers_are_read() {
        let at = "1795745948988372164";
        let old = format!("wq.worker.3.17.20.{at}.0");
        let expected = Some((3, 17, 1_795_745_948_988_372_164));
        assert_eq!(parse(&old), expected);
        assert_eq!(parse(&format!("_.hash.{old}")), expected);
        assert_eq!(parse(&format!("hub.hash.{old}.more.and.more")), expected);
        for malformed in ["", "wq", "wq.worker.x.17.20.1.0", "wq.worker.3.17.20.1"] {
            assert_eq!(parse(malformed), None, "{malformed}");
        }
    }

    #[test]
    fn every_error_survives_a_header_up_to_its_bound() {
        for error in ["", "two\r\nlines", "\0 and \u{1b}[31m", "\"quoted\" ä"] {
            let mut headers = HeaderMap::new();
            write_error(&mut headers, error);
            assert_eq!(read_error(&headers), error);
        }
        for long in ["\u{1}".repeat(5000), "ä".repeat(5000), format!("x{}", "ä".repeat(5000))] {
            let mut headers = HeaderMap::new();
            write_error(&mut headers, &long);
            let kept = read_error(&headers);
            assert!(long.starts_with(&kept) && kept.len() > ERROR_BYTES - 2 && kept.len() <= ERROR_BYTES);
            assert!(headers.get(ERROR).unwrap().as_str().len() < ERROR_ROOM - 512);
        }
    }

    #[test]
    fn a_token_has_nothing_that_a_subject_gives_a_meaning() {
        assert!(is_token("webhooks-2_A"));
        for bad in ["", "a.b", "a b", "*", ">", "ä", "a\n", &"x".repeat(101)] {
            assert!(!is_token(bad), "{bad:?}");
        }
    }
}
