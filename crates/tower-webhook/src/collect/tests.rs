//! How often a growing body is moved to a larger buffer.

use super::*;
use crate::keyed_secret::KeyedSecret;
use crate::policy::Policy;
use crate::scheme::{Knowrithm, SignatureHeader};
use crate::secret::SigningSecret;
use crate::set::Set;

/// Collects 2 MiB in frames of 1 KiB, and counts how often the buffer changed.
fn moves(hint: impl Fn(u64) -> SizeHint) -> usize {
    const FRAMES: u64 = 2048;
    let secret = KeyedSecret::new(SigningSecret::new("whk_test").unwrap());
    let check = Check::start(&Set::new(secret), &SignatureHeader::new([0; 32]));
    let mut collected = Collected::new(check, Policy::new(Knowrithm).allowance(), Bytes::new());

    let (mut moves, mut buffer) = (0, (0, 0));
    for frames_to_come in (0..FRAMES).rev() {
        collected.push(&[b'x'; 1024][..], &hint(frames_to_come * 1024)).unwrap();
        let now = (collected.joined.as_ptr().addr(), collected.joined.capacity());
        if now != buffer {
            (moves, buffer) = (moves + 1, now);
        }
    }
    assert_eq!(collected.joined.len(), 2 * 1024 * 1024);
    moves
}

#[test]
fn a_growing_body_is_moved_a_few_times_whatever_it_announces() {
    // Each move doubles the buffer. A move for each frame would copy a thousand times the size of the body.
    let exact = moves(SizeHint::with_exact);
    assert!(exact <= 10, "{exact}");
    let unknown = moves(|_| SizeHint::default());
    assert!(unknown <= 14, "{unknown}");
    let lies = moves(|_| SizeHint::with_exact(0));
    assert!(lies <= 14, "{lies}");
}
