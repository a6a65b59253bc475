//! The verifier and the signer called directly, for behaviour that no entrance shows.

mod claims;
mod delivery;
mod fetched_keys;
mod finished;
mod identity;
mod on_reject;
mod own_scheme;
mod pieces;
mod signer;

use std::convert::Infallible;
use std::error::Error;
use std::time::Duration;

use futures_util::FutureExt;
use http::HeaderMap;
use http::request::Parts;
use tower_webhook::scheme::Slack;
use tower_webhook::test::{TestBody, TestClock};
use tower_webhook::{ConfigError, Rejection, RejectionKind, SecretSource, Secrets, SigningSecret, Verifier};

use crate::contract::provider::{self, Provider};
use crate::support::body::WatchedBody;
use crate::support::{EVENT, signed, verifier};

#[test]
fn trailers_count_as_frames_without_data() {
    let trailers = |count| (0..count).fold(TestBody::one(EVENT), |body, _| body.trailers(HeaderMap::new()));
    let verdict = |body: WatchedBody| verifier().verify_request(signed(EVENT, body)).now_or_never().unwrap();
    assert!(verdict(trailers(1024).into()).is_ok());

    let endless = WatchedBody::new(trailers(2000));
    let log = endless.log();
    assert_eq!(verdict(endless).unwrap_err().kind(), RejectionKind::BodyTooLarge);
    assert_eq!(log.polls(), 1026);
}

#[test]
fn an_unreadable_file_alone_has_a_source() {
    let unreadable = SigningSecret::from_file("/nowhere/at/all").unwrap_err();
    let source = unreadable.source().expect("the error of the operating system");
    assert!(source.is::<std::io::Error>());
    // A chain of errors is printed one after the other, so no message may repeat the next.
    assert!(!unreadable.to_string().contains(&source.to_string()), "{unreadable}");

    let blank = SigningSecret::new("").unwrap_err();
    assert!(matches!(blank, ConfigError::BlankSecret));
    assert!(blank.source().is_none());
}

#[tokio::test]
async fn a_signed_time_is_judged_again_after_the_look_up() {
    struct Slow(TestClock, u64);
    impl SecretSource for Slow {
        type Error = Infallible;
        async fn secrets(&self, _: &Parts) -> Result<Option<Secrets>, Infallible> {
            self.0.advance(Duration::from_secs(self.1));
            Ok(Some(Secrets::new(Provider::Slack.secret())))
        }
    }
    for (later, verdict) in [(300, Ok(())), (301, Err(RejectionKind::TimestampTooOld))] {
        let clock = provider::clock();
        let verifier = Verifier::per_request(Slack, Slow(clock.clone(), later)).clock(clock);
        let request = Provider::Slack.signed(EVENT, TestBody::one(EVENT));
        let seen = verifier.verify_request(request).await.map(drop);
        assert_eq!(seen.map_err(kind), verdict, "{later} s later");
    }
}

#[expect(clippy::needless_pass_by_value, reason = "as `map_err` calls it")]
fn kind(rejection: Rejection) -> RejectionKind {
    rejection.kind()
}
