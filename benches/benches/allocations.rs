//! Counts the allocations of the layer beside those of any middleware that inserts an extension, and the allocations of
//! a verifier. A count over its limit is an error: `cargo test` runs this.

use std::convert::Infallible;

use allocation_counter::measure;
use bytes::Bytes;
use http::{HeaderName, Request, Response};
use http_body::Body;
use http_body_util::Full;
use tower_webhook::scheme::{GitHub, HmacScheme, Knowrithm, Shopify, SigningScheme, Slack, StandardWebhooks, Stripe};
use tower_webhook::sign::Signer;
use tower_webhook::{BufferedBody, DecodedSecret, Rejection, RejectionKind, Secret, SigningSecret, Verifier, Verify};
use tower_webhook_benches::{Frames, Inner, call, signed, unsigned, verifier};

/// An extension like the layer's: the bytes of the body once more.
#[derive(Clone)]
struct Extension(#[expect(dead_code, reason = "it is inserted, and dropped")] Bytes);

fn main() {
    println!(
        "{:<12} {:>5} {:>15} {:>5} {:>5}",
        "body", "layer", "extension alone", "added", "limit"
    );
    let mut over = Vec::new();
    let mut row = |body, layer, control, reach| over.extend(row(body, layer, control, reach));
    row("one frame", layer(signed(fresh()).map(Full::new)), extension(), 0);
    row("many frames", layer(signed(fresh()).map(Frames::from)), extension(), 1);
    row("refused", layer(unsigned(fresh()).map(Full::new)), refusal(), 0);

    println!();
    println!(
        "{:<17} {:>8} {:>5} {:>6} {:>5}",
        "scheme", "verified", "limit", "forged", "limit"
    );
    for scheme in schemes() {
        over.extend(scheme.row());
    }
    assert!(over.is_empty(), "over the limit: {over:?}");
}

/// A body that was never cloned: its first clone allocates.
fn fresh() -> Bytes {
    vec![0; 64 * 1024].into()
}

fn layer<B: Body<Error = Infallible>>(request: Request<B>) -> u64 {
    let mut layer = Verify::new(Inner, verifier());
    allocations(|| call(&mut layer, request))
}

fn extension() -> u64 {
    let mut request = signed(fresh()).map(BufferedBody::new);
    allocations(|| {
        let extension = Extension(request.body().bytes().clone());
        request.extensions_mut().insert(extension);
        call(&mut Inner, request)
    })
}

fn refusal() -> u64 {
    allocations(|| {
        let mut response = Response::new(());
        response
            .extensions_mut()
            .insert(Rejection::new(RejectionKind::MissingSignature));
        response
    })
}

fn allocations<T>(run: impl FnOnce() -> T) -> u64 {
    measure(|| drop(run())).count_total
}

/// Prints a row, and returns its name when it is over the limit.
fn row(body: &'static str, layer: u64, control: u64, reach: u64) -> Option<&'static str> {
    // An optimiser may remove allocations of the layer that the control has.
    let added = layer.saturating_sub(control);
    let over = added > reach;
    let mark = if over { "  over" } else { "" };
    println!("{body:<12} {layer:>5} {control:>15} {added:>5} {reach:>5}{mark}");
    over.then_some(body)
}

/// A scheme with one signature in its header, which is not read into a list.
struct Row {
    name: &'static str,
    verifier: Verifier,
    signer: Signer,
    /// The limit for a verified body.
    reach: u64,
}

fn schemes() -> [Row; 7] {
    let secret = || SigningSecret::new("hush").expect("it is not blank").label("labelled");
    let decoded = DecodedSecret::from_whsec("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").expect("it is whsec_ and base64");
    let own = HmacScheme::new("own", HeaderName::from_static("x-own")).prefix("sha256=");
    [
        Row::new(Knowrithm, secret(), 0),
        Row::new(GitHub, secret(), 0),
        Row::new(Slack, secret(), 0),
        Row::new(own, secret(), 0),
        // What identifies the delivery goes along with the body: one allocation holds it, and one holds the choice.
        Row::new(Shopify, secret(), 2),
        Row::new(Stripe, secret(), 2),
        // The signed id goes along with the body: one allocation holds it, and the first clone of its value allocates.
        Row::new(StandardWebhooks::new(), decoded.label("labelled"), 2),
    ]
}

impl Row {
    fn new<S>(scheme: S, secret: S::Secret, reach: u64) -> Self
    where
        S: SigningScheme<Secret: Secret<SigningKey = S::Secret>> + Clone,
    {
        Self {
            name: scheme.name(),
            signer: Signer::new(scheme.clone(), &secret),
            verifier: Verifier::new(scheme, secret),
            reach,
        }
    }

    fn row(self) -> Option<&'static str> {
        let (signed, other) = (Bytes::from_static(b"{}"), Bytes::from_static(b"[]"));
        let headers = self.signer.headers(&signed);
        let verified = allocations(|| self.verifier.verify(&headers, signed).expect("it is signed"));
        let forged = allocations(|| self.verifier.verify(&headers, other).expect_err("it is another body"));
        let over = verified > self.reach || forged > 0;
        let mark = if over { "  over" } else { "" };
        println!(
            "{:<17} {verified:>8} {:>5} {forged:>6} {:>5}{mark}",
            self.name, self.reach, 0
        );
        over.then_some(self.name)
    }
}
