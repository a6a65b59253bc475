//! Counts what the layer allocates beside what its extension costs whoever inserts it, and what a verifier allocates on its
//! own. More than is within reach is an error: `cargo test` runs it.

use allocation_counter::measure;
use bytes::Bytes;
use http::{HeaderName, Request, Response};
use http_body::Body;
use http_body_util::Full;
use tower_webhook::sign::Signer;
use tower_webhook::{BufferedBody, HmacSha256Scheme, Rejection, SigningSecret, Verifier, Verify};
use tower_webhook_benches::{Frames, Inner, call, signed, unsigned, verifier};

/// What the extension holds: the body that passes on, once more.
#[derive(Clone)]
struct Extension(#[expect(dead_code, reason = "it is inserted, and dropped")] Bytes);

fn main() {
    println!(
        "{:<12} {:>5} {:>15} {:>5} {:>5}",
        "body", "layer", "extension alone", "added", "reach"
    );
    let mut over = Vec::new();
    let mut row = |body, layer, control, reach| over.extend(row(body, layer, control, reach));
    row("one frame", layer(signed(fresh()).map(Full::new)), extension(), 0);
    row("many frames", layer(signed(fresh()).map(Frames::from)), extension(), 1);
    row("refused", layer(unsigned(fresh()).map(Full::new)), refusal(), 0);

    println!();
    println!(
        "{:<17} {:>8} {:>5} {:>6} {:>5}",
        "scheme", "verified", "reach", "forged", "reach"
    );
    for scheme in schemes() {
        over.extend(scheme.row());
    }
    assert!(over.is_empty(), "over what was set: {over:?}");
}

/// A body that was never cloned: its first clone allocates.
fn fresh() -> Bytes {
    vec![0; 64 * 1024].into()
}

fn layer<B: Body>(request: Request<B>) -> u64 {
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
        response.extensions_mut().insert(Rejection::MissingSignature);
        response
    })
}

fn allocations<T>(run: impl FnOnce() -> T) -> u64 {
    measure(|| drop(run())).count_total
}

/// Prints a row, and names it when it is over.
fn row(body: &'static str, layer: u64, control: u64, reach: u64) -> Option<&'static str> {
    // An optimiser may leave out what it can see through.
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
    /// What may be allocated for a body that was signed.
    reach: u64,
}

fn schemes() -> [Row; 7] {
    let secret = || SigningSecret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").expect("it is not blank");
    let secret = || secret().label("labelled");
    let own = || HmacSha256Scheme::new(HeaderName::from_static("x-own")).prefix("sha256=");
    let row = |name, verifier, signer| Row {
        name,
        verifier,
        signer,
        reach: 0,
    };
    let whsec = "it is whsec_ and base64";
    let of_standard_webhooks = row(
        "standard_webhooks",
        Verifier::standard_webhooks(secret()).expect(whsec),
        Signer::standard_webhooks(&secret()).expect(whsec),
    );
    [
        row("knowrithm", Verifier::knowrithm(secret()), Signer::knowrithm(&secret())),
        row("github", Verifier::github(secret()), Signer::github(&secret())),
        row("slack", Verifier::slack(secret()), Signer::slack(&secret())),
        row("shopify", Verifier::shopify(secret()), Signer::shopify(&secret())),
        row(
            "hmac_sha256",
            Verifier::hmac_sha256(own(), secret()),
            Signer::hmac_sha256(own(), &secret()),
        ),
        row("stripe", Verifier::stripe(secret()), Signer::stripe(&secret())),
        // The id that was signed goes along with the body: a place for it, and the first clone of its value.
        Row {
            reach: 2,
            ..of_standard_webhooks
        },
    ]
}

impl Row {
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
