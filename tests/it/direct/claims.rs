//! Claims that a scheme of one's own makes wrongly, or by copies: they fail closed.

use futures_util::FutureExt;
use http::header::HeaderName;
use http::{HeaderMap, Request};
use tower_webhook::scheme::{Encoding, Head, Scheme, SignatureClaim, only_value};
use tower_webhook::test::TestBody;
use tower_webhook::{DeliveryIdentity, Rejection, RejectionKind, SigningSecret, VerifiedBody, Verifier};

use super::kind;
use crate::support::{EVENT, SECRET, SIGNATURE, signature};

static ID: HeaderName = HeaderName::from_static("x-id");

/// Makes its claim, as Knowrithm does, by this function, of the MAC and the head.
struct Claims<F>(F);

impl<F> Scheme for Claims<F>
where
    F: for<'a> Fn([u8; 32], Head<'a>) -> SignatureClaim<'a> + Send + Sync + 'static,
{
    type Secret = SigningSecret;

    fn name(&self) -> &'static str {
        "claims"
    }

    fn read<'a>(&'a self, head: Head<'a>) -> Result<SignatureClaim<'a>, Rejection> {
        let value = only_value(head.headers(), &SIGNATURE)?.as_bytes();
        let mac = value.strip_prefix(b"sha256=").and_then(|mac| Encoding::Hex.decode(mac));
        Ok((self.0)(mac.ok_or(RejectionKind::MalformedSignature)?, head))
    }
}

fn verifier<F>(claim: F) -> Verifier
where
    F: for<'a> Fn([u8; 32], Head<'a>) -> SignatureClaim<'a> + Send + Sync + 'static,
{
    Verifier::new(Claims(claim), SigningSecret::new(SECRET).unwrap())
}

/// The headers of a body that is signed alone, with an id.
fn headers(body: &str) -> HeaderMap {
    HeaderMap::from_iter([(SIGNATURE, signature(body)), (ID.clone(), "1".parse().unwrap())])
}

#[test]
fn the_last_method_that_says_what_is_signed_counts() {
    let verdict = |verifier: Verifier| {
        let request = request(EVENT);
        verifier.verify(&request, EVENT).map(drop).map_err(kind)
    };
    assert_eq!(verdict(verifier(|mac, _| SignatureClaim::new(mac))), Ok(()));
    let of_the_body = verifier(|mac, _| {
        SignatureClaim::new(mac)
            .signed_instead_of_body(&b"x"[..])
            .signed_before_body([])
    });
    assert_eq!(verdict(of_the_body), Ok(()));
    let of_others = verifier(|mac, _| {
        SignatureClaim::new(mac)
            .signed_before_body([])
            .signed_instead_of_body(&b"x"[..])
    });
    assert_eq!(verdict(of_others), Err(RejectionKind::SignatureMismatch));
    // Its MAC is none, and the body is not read.
    let of_nothing = verifier(|_, head| SignatureClaim::in_body(head).signed_before_body([]));
    assert_eq!(verdict(of_nothing), Err(RejectionKind::SignatureMismatch));
}

#[test]
fn a_message_in_place_of_the_body_identifies_the_delivery() {
    let verifier = || verifier(|mac, _| SignatureClaim::new(mac).signed_instead_of_body(&b"{}"[..]));
    let (signed, other) = (headers("{}"), headers("[]"));
    let key = |body: &str| verifier().verify(&signed, body.to_owned()).unwrap().delivery_key();
    let in_pieces = |body: &str| {
        let mut verification = verifier().begin(&signed).unwrap();
        body.as_bytes()
            .chunks(1)
            .try_for_each(|piece| verification.update(piece))
            .unwrap();
        verification.finish().unwrap().delivery_key()
    };
    let by_request = |body: TestBody| {
        let mut request = Request::new(body);
        *request.headers_mut() = signed.clone();
        let outcome = verifier()
            .verify_request(request)
            .now_or_never()
            .expect("nothing is waited for");
        outcome
            .unwrap()
            .extensions()
            .get::<VerifiedBody>()
            .unwrap()
            .delivery_key()
    };
    assert_eq!(key("a"), key("b"));
    assert_eq!(in_pieces("cd"), key("a"));
    assert_eq!(by_request(TestBody::one("e")), key("a"));
    assert_eq!(by_request(TestBody::chunks("fgh", 1)), key("a"));
    assert_eq!(
        verifier().verify(&other, "{}").map(drop).map_err(kind),
        Err(RejectionKind::SignatureMismatch)
    );

    // What is signed after the body is a part of the message; without a message before it, it is all of it.
    let in_two = |before: &'static [u8], after: &'static [u8]| {
        self::verifier(move |mac, _| {
            SignatureClaim::new(mac)
                .signed_instead_of_body(before)
                .signed_after_body(after)
        })
    };
    for (before, after) in [(&b"{"[..], &b"}"[..]), (b"", b"{}")] {
        let verifier = in_two(before, after);
        assert_eq!(verifier.verify(&signed, "j").unwrap().delivery_key(), key("a"));
        let by_the_body = verifier.delivery_identity(DeliveryIdentity::body());
        assert_eq!(by_the_body.verify(&signed, "k").unwrap().delivery_key(), key("a"));
    }

    let by_the_body = verifier().delivery_identity(DeliveryIdentity::body());
    assert_eq!(by_the_body.verify(&signed, "i").unwrap().delivery_key(), key("a"));
}

#[test]
fn a_claim_has_sixteen_signatures() {
    let with = |wrong: usize| {
        verifier(move |mac, _| {
            (1..wrong)
                .fold(SignatureClaim::new([0; 32]), |claim, _| claim.or([0; 32]))
                .or(mac)
        })
    };
    let verdict = |wrong| with(wrong).verify(&headers(EVENT), EVENT).map(drop).map_err(kind);
    assert_eq!(verdict(15), Ok(()));
    assert_eq!(verdict(16), Err(RejectionKind::SignatureMismatch));
}

#[test]
fn a_copy_of_a_header_is_not_the_header_that_was_signed() {
    let key = |verifier: Verifier, body: &str| {
        let verifier = verifier.delivery_identity(DeliveryIdentity::signed_header(ID.clone()));
        let mut headers = headers(&format!("{body}1"));
        headers.insert("x-other", "2".parse().unwrap());
        verifier.verify(&headers, body.to_owned()).unwrap().delivery_key()
    };
    let borrowed = || verifier(|mac, head| SignatureClaim::new(mac).signed_after_body(head.headers()[&ID].as_bytes()));
    let copied =
        || verifier(|mac, head| SignatureClaim::new(mac).signed_after_body(head.headers()[&ID].as_bytes().to_vec()));
    assert_eq!(key(borrowed(), "{}"), key(borrowed(), "[]"));
    assert_ne!(key(copied(), "{}"), key(copied(), "[]"));
    assert_eq!(key(copied(), "{}"), key(copied(), "{}"));
}

fn request(body: &'static str) -> Request<()> {
    let mut request = Request::new(());
    *request.headers_mut() = headers(body);
    request
}
