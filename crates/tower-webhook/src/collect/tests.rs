//! How often a growing body is moved to a larger buffer.

use super::*;
use crate::keyed_secret::KeyedSecret;
use crate::scheme::SignatureClaim;
use crate::secret::SigningSecret;
use crate::set::Set;
use crate::verifier::Verifier;

const KIB: usize = 1024;

/// The beginning of a body, and its budget.
fn begin(max_body: usize) -> (Collected, Budget) {
    let secret = SigningSecret::new("whk_test").unwrap();
    let set = Set::new(KeyedSecret::new(secret.clone()));
    let check = Check::start(&set, &SignatureClaim::new([0; 32]));
    let policy = Verifier::knowrithm(secret).max_body(max_body).policy;
    let collected = Collected::new(check, policy.allowance(), &policy.budget);
    (collected, policy.budget.clone())
}

/// Collects so many frames of 1 KiB. Returns how often the buffer changed, and its capacity in KiB at the end.
fn collect(frames: u64, hint: impl Fn(u64) -> SizeHint) -> (usize, usize) {
    let (mut collected, budget) = begin(2 * KIB * KIB);

    let (mut moves, mut buffer) = (0, (0, 0));
    for frames_to_come in (0..frames).rev() {
        collected.push(&[b'x'; KIB][..], &hint(frames_to_come * 1024)).unwrap();
        let now = (collected.joined.as_ref().as_ptr().addr(), collected.joined.capacity());
        if now != buffer {
            (moves, buffer) = (moves + 1, now);
        }
        // The first frame is not joined until there is a second one.
        let (used, length) = (budget.used(), collected.joined.len().max(KIB));
        assert!(length <= used && used <= length * 2 + 64 * KIB, "{used} for {length}");
    }
    (moves, collected.joined.capacity() / KIB)
}

#[test]
fn a_growing_body_is_moved_a_few_times_whatever_it_announces() {
    // Each move doubles the buffer. A move for each frame would copy a thousand times the size of the body.
    let (exact, _) = collect(2048, SizeHint::with_exact);
    assert!(exact <= 10, "{exact}");
    let (unknown, _) = collect(2048, |_| SizeHint::default());
    assert!(unknown <= 14, "{unknown}");
    let lies = [
        SizeHint::with_exact(0),
        SizeHint::with_exact(1),
        SizeHint::with_exact(1024),
    ];
    for lie in lies {
        let (moves, _) = collect(2048, |_| lie);
        assert!(moves <= 14, "{moves} for {lie:?}");
    }
}

#[test]
fn a_body_of_an_announced_length_ends_without_spare_memory() {
    for frames in [2, 15, 17, 65, 300, 2048] {
        let (_, capacity) = collect(frames, SizeHint::with_exact);
        assert_eq!(capacity as u64, frames);
    }
}

#[test]
fn a_small_body_of_unknown_length_takes_at_most_16_kib() {
    for frames in 2..=16 {
        let (_, capacity) = collect(frames, |_| SizeHint::default());
        assert!(capacity <= 16, "{capacity} KiB for {frames}");
    }
}

/// Collects frames of these lengths in KiB, each with this hint, and returns the budget in use and the length.
fn collect_frames(frames: &[usize], max_body: usize, hint: SizeHint) -> (usize, usize) {
    let (mut collected, budget) = begin(max_body);
    for kib in frames {
        collected.push(&*vec![b'x'; kib * KIB], &hint).unwrap();
    }
    (budget.used(), collected.joined.len())
}

#[test]
fn frames_larger_than_what_is_reserved_at_once_have_room() {
    for hint in [
        SizeHint::default(),
        SizeHint::with_exact(0),
        SizeHint::with_exact(1),
        SizeHint::with_exact(200 * 1024),
    ] {
        for frames in [&[200, 200][..], &[100, 100, 9 * 1024], &[1, 5 * 1024], &[70, 1, 200, 1]] {
            let (used, length) = collect_frames(frames, 64 * KIB * KIB, hint);
            assert_eq!(length, frames.iter().sum::<usize>() * KIB);
            assert!(
                (length..=length * 2).contains(&used),
                "{used} for {length}, {frames:?}, {hint:?}"
            );
        }
    }
}

#[test]
fn a_few_bytes_of_an_announced_body_count_as_a_few_kib() {
    let (mut collected, budget) = begin(2 * KIB * KIB);
    for _ in 0..2 {
        collected
            .push(&b"x"[..], &SizeHint::with_exact(2 * 1024 * 1024))
            .unwrap();
    }
    assert_eq!(budget.used(), 4 * KIB);
    assert_eq!(collected.joined.capacity(), 4 * KIB);
}

#[test]
fn no_more_is_set_aside_than_32_times_what_has_arrived() {
    const ANNOUNCED: usize = 100 * KIB * KIB;
    let (mut collected, _) = begin(ANNOUNCED);
    let mut moves = 0;
    for arrived in (KIB..ANNOUNCED).step_by(KIB) {
        let before = collected.joined.capacity();
        let hint = SizeHint::with_exact((ANNOUNCED - arrived) as u64);
        collected.push(&[b'x'; KIB][..], &hint).unwrap();
        let capacity = collected.joined.capacity();
        assert!(capacity <= 32 * arrived, "{capacity} for {arrived}");
        assert!(capacity <= 64 * KIB || arrived > 64 * KIB, "{capacity} for {arrived}");
        moves += usize::from(capacity != before);
    }
    assert!(moves <= 8, "{moves}");
}
