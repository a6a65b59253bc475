//! `--forge`: a request that must be refused.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use clap::ValueEnum;
use http::{HeaderMap, StatusCode};
use http_body_util::BodyExt;
use serde::Serialize;
use tower_webhook::test::{Forgery, RequestBuilder};

use super::post::{Post, Signed};
use crate::answer::Document;
use crate::outcome::{Failure, Outcome, Result};
use crate::payload::Payload;
use crate::scheme::Chosen;
use crate::secret::SecretText;
use crate::term;
use crate::term::style::{BAD, GOOD};

/// What is wrong with the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ValueEnum)]
#[serde(rename_all = "snake_case")]
pub(super) enum Kind {
    /// One bit of the body is flipped after signing
    BitFlip,
    /// Signed with another secret
    OtherSecret,
    /// Signed a day ago
    StaleTimestamp,
    /// The header of the signature is there twice
    DoubledHeader,
    /// The end of the signature is missing
    TruncatedSignature,
    /// The JSON has other white space than what was signed
    ReserialisedJson,
    /// The body has other line breaks than what was signed
    ChangedNewline,
    /// There is no signature
    Missing,
}

/// Sends one forgery. The answer is yes when it is refused with 4xx.
pub(super) async fn run(kind: Kind, chosen: &Chosen, secret: &SecretText, post: Post, json: bool) -> Result<Outcome> {
    let Payload::Memory(genuine) = &post.payload else {
        return Err(Failure::usage(
            "--forge takes a body of at most 8 MiB: it is changed in memory",
        ));
    };
    let genuine = genuine.clone();
    let post = Arc::new(post);
    if post.parses_body {
        // A body that the scheme cannot sign is told as such.
        post.sign().await?;
    }
    let (headers, body) = match kind.forgery() {
        None => (post.head.headers.clone(), genuine.clone()),
        Some(forgery) => {
            let builder = chosen.scheme.builder(secret).map_err(|error| secret.unusable(&error))?;
            let forged = forge(builder, forgery, &post, &genuine).await;
            forged.ok_or_else(|| {
                Failure::usage(format_args!(
                    "--forge {kind} does not apply to {} with this body: choose another kind",
                    chosen.name
                ))
            })?
        }
    };
    let payload = Payload::Memory(body);
    let answer = post.send(Signed { headers, payload }).await?;
    let verdict = Verdict::on(answer.status);
    if json {
        term::json(&Forged {
            forgery: kind,
            verdict,
            answer: answer.document(),
        })?;
    } else {
        answer.print(false)?;
        term::line(format_args!("{verdict}: {kind}"))?;
    }
    if matches!(answer.status, StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED) {
        term::warn("this status says more about the URL than about the signature: does a genuine request get 2xx?");
    }
    Ok(match verdict {
        Verdict::Refused => Outcome::Good,
        Verdict::Accepted | Verdict::Unclear => Outcome::No,
    })
}

async fn forge(
    mut builder: RequestBuilder,
    forgery: Forgery,
    post: &Post,
    genuine: &Bytes,
) -> Option<(HeaderMap, Bytes)> {
    builder = builder.uri(&post.head.uri.to_string());
    for (name, value) in &post.head.headers {
        builder = builder.header(name.clone(), value.clone());
    }
    let (head, body) = builder.forged(forgery, genuine)?.into_parts();
    let body = body.collect().await.ok()?;
    Some((head.headers, body.to_bytes()))
}

impl Kind {
    /// The forgery of the library; `None` for a request that is not signed at all.
    fn forgery(self) -> Option<Forgery> {
        Some(match self {
            Self::BitFlip => Forgery::BitFlip,
            Self::OtherSecret => Forgery::OtherSecret,
            Self::StaleTimestamp => Forgery::StaleTimestamp,
            Self::DoubledHeader => Forgery::DoubledHeader,
            Self::TruncatedSignature => Forgery::TruncatedSignature,
            Self::ReserialisedJson => Forgery::ReserialisedJson,
            Self::ChangedNewline => Forgery::ChangedNewline,
            Self::Missing => return None,
        })
    }
}

/// Prints the name that the command line has for it.
impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = self.to_possible_value().expect("no kind is hidden");
        f.write_str(value.get_name())
    }
}

/// In JSON: `{"forgery":"bit_flip","verdict":"refused","status":403,..}`.
#[derive(Serialize)]
struct Forged<'a> {
    forgery: Kind,
    verdict: Verdict,
    #[serde(flatten)]
    answer: Document<'a>,
}

/// What the receiver made of a forgery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Verdict {
    Refused,
    Accepted,
    /// Neither 2xx nor 4xx: it may have failed, or may have acted on the forgery.
    Unclear,
}

impl Verdict {
    fn on(status: StatusCode) -> Self {
        match status {
            _ if status.is_client_error() => Self::Refused,
            _ if status.is_success() => Self::Accepted,
            _ => Self::Unclear,
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused => write!(f, "{GOOD}the forgery was refused{GOOD:#}"),
            Self::Accepted => write!(f, "{BAD}THE FORGERY WAS ACCEPTED{BAD:#}"),
            Self::Unclear => write!(f, "{BAD}the forgery was not refused with 4xx{BAD:#}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_forgery_of_the_library_has_a_kind() {
        let kinds: Vec<_> = Kind::value_variants()
            .iter()
            .filter_map(|kind| kind.forgery())
            .collect();
        assert_eq!(kinds, Forgery::ALL);
    }

    #[test]
    fn only_4xx_is_a_refusal() {
        for (status, verdict) in [
            (200, Verdict::Accepted),
            (204, Verdict::Accepted),
            (302, Verdict::Unclear),
            (400, Verdict::Refused),
            (403, Verdict::Refused),
            (500, Verdict::Unclear),
        ] {
            assert_eq!(Verdict::on(StatusCode::from_u16(status).unwrap()), verdict);
        }
    }
}
