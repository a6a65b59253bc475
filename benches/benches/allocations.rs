//! Counts what the layer allocates beside what its extension costs whoever inserts it.

use allocation_counter::measure;
use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use http_body_util::Full;
use tower_webhook::{BufferedBody, Rejection, Verify};
use tower_webhook_benches::{Frames, Inner, call, signed, unsigned, verifier};

/// What the extension holds: the body that passes on, once more.
#[derive(Clone)]
struct Extension(#[expect(dead_code, reason = "it is inserted, and dropped")] Bytes);

fn main() {
    println!(
        "{:<12} {:>5} {:>15} {:>5} {:>5}",
        "body", "layer", "extension alone", "added", "reach"
    );
    row("one frame", layer(signed(fresh()).map(Full::new)), extension(), 0);
    row("many frames", layer(signed(fresh()).map(Frames::from)), extension(), 1);
    row("refused", layer(unsigned(fresh()).map(Full::new)), refusal(), 0);
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

fn row(body: &str, layer: u64, control: u64, reach: u64) {
    let added = layer - control;
    let over = if added > reach { "  over" } else { "" };
    println!("{body:<12} {layer:>5} {control:>15} {added:>5} {reach:>5}{over}");
}
