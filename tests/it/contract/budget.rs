//! The budget: what is refused while other bodies take the memory, and what is not.

use bytes::Bytes;
use futures_util::FutureExt;
use http::Request;
use tower_webhook::RejectionKind::{self, BodyTooLarge, OverBudget, SignatureMismatch};
use tower_webhook::test::TestBody;
use tower_webhook::{Budget, BufferedBody};

use super::case::Case;
use super::provider::Provider;

const KIB: usize = 1024;
/// The size of the budget. Seven eighths of it are for large bodies.
const BUDGET: usize = 64 * KIB;
const STILL_SENDING: &str = "the connection is closed while the client still sends";

pub(super) fn cases(of: Provider) -> Vec<Case> {
    let beside = |taken, name, length, body| Row {
        of,
        taken,
        name,
        length,
        body,
    };
    vec![
        beside(40, "20 KiB in one frame, beside 40", 20, TestBody::one).refused(OverBudget),
        beside(40, "20 KiB in frames, beside 40", 20, in_frames).refused(OverBudget),
        beside(40, "20 KiB that are late, beside 40", 20, late).refused(OverBudget),
        beside(50, "20 KiB with their length, beside 50", 20, with_length).refused(OverBudget),
        beside(56, "9 KiB in frames, beside 56", 9, in_frames).refused(OverBudget),
        beside(56, "4 KiB in frames, beside 56", 4, in_frames).accepted(),
        beside(40, "16 KiB in frames, beside 40", 16, in_frames).accepted(),
        beside(56, "16 KiB in one frame, beside 56", 16, TestBody::one)
            .accepted()
            .uncopied()
            .unsendable("a socket delivers it in several frames"),
        beside(0, "56 KiB in one frame, in an empty budget", 56, TestBody::one)
            .accepted()
            .uncopied(),
        beside(0, "56 KiB in frames, in an empty budget", 56, in_frames).accepted(),
        beside(0, "more than the budget can hold", 57, TestBody::one)
            .refused(BodyTooLarge)
            .unsendable(STILL_SENDING),
        beside(0, "a forged body of 50 KiB", 50, |content| {
            in_frames(content).frame(".")
        })
        .refused(SignatureMismatch),
    ]
}

/// A body beside another one that takes a part of the budget.
struct Row {
    of: Provider,
    /// In KiB.
    taken: usize,
    name: &'static str,
    /// In KiB.
    length: usize,
    body: fn(Bytes) -> TestBody,
}

impl Row {
    fn refused(self, kind: RejectionKind) -> Case {
        let Self {
            of, name, length, body, ..
        } = self;
        let case = Case::refuses(of, name, kind, move || {
            super::provider::request(of.forged(), body(content(length)))
        });
        let (budget, taken) = (Budget::new(BUDGET), self.taken * KIB);
        let also = budget.clone();
        self.within(case, budget).also(move || also.used() == taken)
    }

    fn accepted(self) -> Case {
        let Self {
            of, name, length, body, ..
        } = self;
        let headers = of.sign(content(length));
        let request = move || super::provider::request(headers.clone(), body(content(length)));
        let case = Case::accepts(of, name, content(length), request);
        self.within(case, Budget::new(BUDGET))
    }

    fn within(&self, case: Case, budget: Budget) -> Case {
        let (of, other) = (self.of, take(self.of, &budget, self.taken));
        case.by(move || {
            let _held_as_long_as_the_case = &other;
            of.verifier().max_buffered(budget.clone())
        })
    }
}

/// A verified request that takes so many KiB of the budget while it lives.
fn take(of: Provider, budget: &Budget, kib: usize) -> Option<Request<BufferedBody>> {
    let body = content(kib);
    let request = super::provider::request(of.sign(&body), TestBody::one(body));
    let verifier = of.verifier().max_buffered(budget.clone());
    (kib > 0).then(|| verifier.verify_request(request).now_or_never().unwrap().unwrap())
}

fn content(kib: usize) -> Bytes {
    vec![b'{'; kib * KIB].into()
}

fn in_frames(content: Bytes) -> TestBody {
    TestBody::chunks(content, KIB)
}

fn with_length(content: Bytes) -> TestBody {
    let length = content.len() as u64;
    in_frames(content).claiming_size(length, Some(length))
}

fn late(content: Bytes) -> TestBody {
    TestBody::new().pause().frame(content)
}
