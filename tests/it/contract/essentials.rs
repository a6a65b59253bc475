//! What every entrance must show of a scheme: a right signature is accepted, and any other request is refused.

use tower_webhook::RejectionKind::{MalformedSignature, MissingSignature, SignatureMismatch, TimestampTooOld};
use tower_webhook::test::TestBody;

use super::case::Case;
use super::provider::{ID, Provider, named_secret, request};
use crate::support::EVENT;

pub(super) fn cases(of: Provider) -> Vec<Case> {
    let event = || TestBody::one(EVENT);
    let by_another = of.sign_with(&named_secret("second"), EVENT);
    let mut cases = vec![
        Case::accepts(of, "a right signature", EVENT, move || of.signed(EVENT, event())).uncopied(),
        Case::refuses(of, "the signature by another secret", SignatureMismatch, move || {
            request(by_another.clone(), event())
        })
        .polled(2),
        Case::refuses(of, "no signature", MissingSignature, move || of.headed_by([], event())),
    ];
    let of_no_bytes = move || of.signed("", TestBody::new());
    if of == Provider::XCom {
        // X signs the tokens of its handshake, too.
        cases.extend([
            Case::refuses(of, "a right signature of no bytes", MalformedSignature, of_no_bytes)
                .in_the_body()
                .polled(1),
            Case::refuses(of, "a right signature of a token", MalformedSignature, move || {
                of.signed("challenge_string", TestBody::one("challenge_string"))
            })
            .in_the_body(),
        ]);
    } else {
        cases.push(Case::accepts(of, "a right signature of no bytes", "", of_no_bytes));
    }
    if !of.shows_token() {
        cases.push(
            Case::refuses(of, "the signature of another body", SignatureMismatch, move || {
                of.signed("another", event())
            })
            .polled(2),
        );
    }
    if of.signs_time() {
        let old = of.sign_at(0, ID, &of.secret(), EVENT);
        cases.push(Case::refuses(of, "an old signature", TimestampTooOld, move || {
            request(old.clone(), event())
        }));
    }
    cases
}
