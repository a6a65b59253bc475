//! What a budget grants, and when it has it back.

use super::*;
use crate::rejection::RejectionKind::OverBudget;

const KIB: usize = 1024;

#[test]
fn a_reservation_is_given_back_when_it_is_dropped() {
    let budget = Budget::new(64 * KIB);
    let mut reservation = Reservation::new(&budget);
    reservation.raise_to(1000).unwrap();
    reservation.raise_to(1000).unwrap();
    reservation.raise_to(10).unwrap();
    assert_eq!(budget.used(), 1000);
    drop(reservation);
    assert_eq!(budget.used(), 0);
}

#[test]
fn a_reservation_is_given_back_with_the_last_handle_to_the_bytes() {
    let budget = Budget::new(64 * KIB);
    let mut reservation = Reservation::new(&budget);
    reservation.raise_to(100).unwrap();
    let bytes = reservation.hold(vec![b'x'; 100]);
    let slice = bytes.slice(7..9);
    drop(bytes);
    assert_eq!((slice.as_ref(), budget.used()), (&b"xx"[..], 100));
    drop(slice);
    assert_eq!(budget.used(), 0);
}

#[test]
fn a_refused_raise_keeps_the_bytes_of_before() {
    let budget = Budget::new(64 * KIB);
    let mut reservation = Reservation::new(&budget);
    reservation.raise_to(30 * KIB).unwrap();
    assert_eq!(reservation.raise_to(65 * KIB), Err(OverBudget));
    assert_eq!(reservation.raise_to(usize::MAX), Err(OverBudget));
    assert_eq!(budget.used(), 30 * KIB);
}

#[test]
fn the_last_eighth_is_for_small_bodies() {
    let budget = Budget::new(64 * KIB);
    assert_eq!(budget.largest(), 56 * KIB);
    let [mut large, mut small, mut other] = [(); 3].map(|()| Reservation::new(&budget));
    large.raise_to(56 * KIB).unwrap();
    assert_eq!(large.raise_to(56 * KIB + 1), Err(OverBudget));
    small.raise_to(8 * KIB).unwrap();
    assert_eq!(other.raise_to(1), Err(OverBudget));
    drop(large);
    assert_eq!(other.raise_to(49 * KIB), Err(OverBudget));
    other.raise_to(48 * KIB).unwrap();
}

#[test]
fn limits_at_the_ends_of_the_range_work() {
    let nothing = Budget::new(0);
    assert_eq!(nothing.largest(), SMALL);
    assert_eq!(Reservation::new(&nothing).raise_to(1), Err(OverBudget));
    let everything = Budget::insecure_unlimited();
    let [mut one, mut other] = [(); 2].map(|()| Reservation::new(&everything));
    one.raise_to(everything.largest()).unwrap();
    assert_eq!(everything.used(), usize::MAX);
    assert_eq!(other.raise_to(1), Err(OverBudget));
}
