//! How often a body that grows is moved.

use super::*;
use crate::mac::KeyedMac;

/// Collects 2 MiB in frames of 1 KiB, and counts how often the buffer changed.
fn moves(hint: impl Fn(u64) -> SizeHint) -> usize {
    const FRAMES: u64 = 2048;
    const LIMIT: usize = 2 * 1024 * 1024;
    let mut collected = Collected::new(Running::new(KeyedMac::new(b"whk_test").start(), LIMIT), Bytes::new()).unwrap();

    let (mut moves, mut buffer) = (0, (0, 0));
    for frames_to_come in (0..FRAMES).rev() {
        collected.push(&[b'x'; 1024][..], &hint(frames_to_come * 1024)).unwrap();
        let now = (collected.joined.as_ptr().addr(), collected.joined.capacity());
        if now != buffer {
            (moves, buffer) = (moves + 1, now);
        }
    }
    assert_eq!(collected.joined.len(), LIMIT);
    moves
}

#[test]
fn a_body_that_grows_is_moved_a_few_times_whatever_it_says() {
    // Each move doubles the buffer. Were it made for each frame anew, the bytes copied would be a thousand times the body.
    let exact = moves(SizeHint::with_exact);
    assert!(exact <= 10, "{exact}");
    let unknown = moves(|_| SizeHint::default());
    assert!(unknown <= 14, "{unknown}");
    let lies = moves(|_| SizeHint::with_exact(0));
    assert!(lies <= 14, "{lies}");
}
