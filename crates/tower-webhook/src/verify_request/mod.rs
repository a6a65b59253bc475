//! The heart: a request whose body is collected and hashed becomes a verified request or a rejection.

mod begin;
mod pieces;

use std::fmt;
use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::Request;
use http::request::Parts;
use http_body::{Body, SizeHint};
use pin_project_lite::pin_project;

use self::begin::{Begun, announced, begin};
use self::pieces::{Pieces, Then};
use crate::body::BufferedBody;
use crate::check::Check;
use crate::collect::Polled;
use crate::deadline::Deadline;
use crate::head::Head;
use crate::origin::Origin;
use crate::policy::Policy;
use crate::rejection::{BoxError, Rejection, RejectionKind};
use crate::source::{LookedUp, Pending};
use crate::supply::{PerRequest, SecretSupply, Supply};
use crate::trace;
use crate::verified::VerifiedBody;
use crate::verifier::Verifier;

/// Why a state relies on the head.
const HEAD: &str = "only a lookup and the inner service take the head";

impl<S: SecretSupply> Verifier<S> {
    /// Verifies an HTTP request: the future judges its head, then collects and hashes its body.
    ///
    /// It resolves to the request with a [`BufferedBody`], and with a [`VerifiedBody`] of the same bytes in its
    /// extensions. Trailers are dropped, because no scheme signs them. When the head is refused, the body is not
    /// polled, so that a server does not answer `Expect: 100-continue`.
    ///
    /// The layer and the adapters are built on this; call it where none of them fits.
    ///
    /// ```
    /// use bytes::Bytes;
    /// use http::Request;
    /// use http_body_util::Full;
    /// use tower_webhook::{RejectionKind, SigningSecret, VerifiedBody, Verifier};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let verifier = Verifier::knowrithm(SigningSecret::new("whk_demo")?);
    /// let request = Request::post("/webhooks/knowrithm")
    ///     .header(
    ///         "x-knowrithm-signature",
    ///         "sha256=61d5dd2ee53e48999c812fa34687780c240cd9f7c183ab778c801adc91ba8e5d",
    ///     )
    ///     .body(Full::<Bytes>::from("{}"))?;
    ///
    /// let request = verifier.verify_request(request).await?;
    /// assert_eq!(request.body().bytes(), "{}");
    /// let verified: &VerifiedBody = request.extensions().get().expect("every verified request has it");
    /// assert_eq!(verified.bytes(), "{}");
    ///
    /// let unsigned = Request::new(Full::<Bytes>::from("{}"));
    /// let rejection = verifier.verify_request(unsigned).await.unwrap_err();
    /// assert_eq!(rejection.kind(), RejectionKind::MissingSignature);
    /// # Ok(())
    /// # }
    /// ```
    #[inline]
    pub fn verify_request<B>(&self, request: Request<B>) -> VerifyRequest<B>
    where
        B: Body,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        VerifyRequest::new(Arc::clone(&self.policy), request)
    }
}

pin_project! {
    /// The future of [`Verifier::verify_request`].
    ///
    /// # Panics
    ///
    /// When it is polled after it was ready. With a [read timeout](Verifier#method.read_timeout), which is the default,
    /// when a body, or a lookup by it, has to be waited for outside of a tokio runtime with its timer enabled.
    #[must_use = "futures do nothing unless polled"]
    pub struct VerifyRequest<B> {
        policy: Arc<Policy>,
        // Lent to the states, because it is expensive to move. `None` while a lookup has it, and at the end.
        head: Option<Parts>,
        #[pin]
        body: B,
        #[pin]
        deadline: Deadline,
        state: State,
    }
}

/// How far a request is. Each state owns everything else that the next one needs.
#[expect(
    clippy::large_enum_variant,
    reason = "a smaller one would allocate for every request"
)]
enum State {
    /// The head is to be judged.
    Head,
    /// The head is well formed. The lookup owns it, and gives it back; and the body, if it was read before.
    LookingUp(Pending),
    /// The body is on its way.
    Reading(Pieces),
    Done,
}

/// The end of a check.
pub(crate) enum Verdict {
    Verified(BufferedBody),
    Refused(Rejection),
}

impl<B> VerifyRequest<B> {
    #[inline]
    pub(crate) fn new(policy: Arc<Policy>, request: Request<B>) -> Self {
        let (head, body) = request.into_parts();
        Self {
            policy,
            head: Some(head),
            body,
            deadline: Deadline::default(),
            state: State::Head,
        }
    }

    /// The head of a request that is refused.
    pub(crate) fn head(&self) -> &Parts {
        self.head.as_ref().expect(HEAD)
    }

    /// The verified request, once.
    #[inline]
    pub(crate) fn take_request(self: Pin<&mut Self>, body: BufferedBody) -> Request<BufferedBody> {
        Request::from_parts(self.project().head.take().expect(HEAD), body)
    }
}

impl<B> VerifyRequest<B>
where
    B: Body,
    B::Error: Into<BoxError>,
{
    /// The future itself, which keeps the head for the answer.
    #[inline]
    pub(crate) fn poll_verdict(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Verdict> {
        // Goes round once a lookup begins, and at no other time.
        loop {
            let this = self.as_mut().project();
            let policy: &Policy = this.policy;
            // The state stays `Done` unless it is set below, also when a user's clock, scheme or source panics.
            let begun = match mem::replace(this.state, State::Done) {
                State::Head => match &policy.supply {
                    Supply::Known(secrets) => {
                        let head = this.head.as_ref().expect(HEAD);
                        secrets.with_current(|set| begin(policy, set, Head::from(head), this.body, cx))
                    }
                    Supply::PerRequest(source) => {
                        match before_lookup(policy, source, this.head, &this.body.size_hint()) {
                            Ok(next) => {
                                *this.state = next;
                                continue;
                            }
                            Err(rejection) => Err(rejection),
                        }
                    }
                },
                State::LookingUp(mut lookup) => {
                    let Poll::Ready(LookedUp { head, body, found }) = lookup.as_mut().poll(cx) else {
                        *this.state = State::LookingUp(lookup);
                        return Poll::Pending;
                    };
                    let head = Head::from(&*this.head.insert(head));
                    found.and_then(|set| match body {
                        None => begin(policy, &set, head, this.body, cx),
                        Some(body) => {
                            let origin = Check::in_body(head, &body, policy, &set)?;
                            Ok(Begun::Whole(body, origin))
                        }
                    })
                }
                State::Reading(pieces) => match ready!(self.as_mut().poll_rest(pieces, None, cx)) {
                    Some(verdict) => return Poll::Ready(verdict),
                    None => continue,
                },
                State::Done => panic!("`VerifyRequest` polled after completion"),
            };
            return Poll::Ready(match begun {
                Ok(Begun::Whole(bytes, origin)) => {
                    let head = this.head.as_mut().expect(HEAD);
                    pass_on(policy, head, bytes, origin)
                }
                Ok(Begun::Pieces(pieces, next)) => match ready!(self.as_mut().poll_rest(pieces, Some(next), cx)) {
                    Some(verdict) => verdict,
                    None => continue,
                },
                Err(rejection) => refuse(policy, rejection),
            });
        }
    }

    /// Reads on, from the result of polling the body if that was done already. `None` once a lookup by the body begins.
    fn poll_rest(
        self: Pin<&mut Self>,
        mut pieces: Pieces,
        next: Option<Polled<B>>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Verdict>> {
        let this = self.project();
        let policy: &Policy = this.policy;
        let verdict = match pieces.collected.poll_from(this.body, next, cx) {
            Poll::Ready(Ok(())) => {
                let (body, check) = pieces.collected.finish();
                let head = this.head.as_mut().expect(HEAD);
                let origin = match pieces.then {
                    Then::Finish(set, claim) => check.finish(&claim, &body, policy, &set),
                    Then::Read(set) => Check::in_body(Head::from(&*head), &body, policy, &set),
                    Then::LookUp(source) => match judge_body(policy, Head::from(&*head), &body) {
                        Ok(()) => {
                            let head = this.head.take().expect(HEAD);
                            let left = this.deadline.left(policy.read_timeout);
                            *this.state = State::LookingUp(source.0.look_up_by_body(head, body, left));
                            return Poll::Ready(None);
                        }
                        Err(rejection) => Err(rejection),
                    },
                };
                match origin {
                    Ok(origin) => pass_on(policy, head, body, origin),
                    Err(rejection) => refuse(policy, rejection),
                }
            }
            Poll::Ready(Err(rejection)) => refuse(policy, rejection),
            Poll::Pending => {
                if this.deadline.poll_passed(policy.read_timeout, cx).is_pending() {
                    *this.state = State::Reading(pieces);
                    return Poll::Pending;
                }
                refuse(policy, RejectionKind::BodyTimeout.into())
            }
        };
        Poll::Ready(Some(verdict))
    }
}

/// Judges a head whose secrets are to be looked up: by it, or by the body, which is then read before.
#[cold]
fn before_lookup(
    policy: &Policy,
    source: &PerRequest,
    parts: &mut Option<Parts>,
    size: &SizeHint,
) -> Result<State, Rejection> {
    let pieces = {
        let head = Head::from(parts.as_ref().expect(HEAD));
        let claim = policy.read(head)?;
        policy.judge(&claim, announced(head.headers(), size))?;
        claim.is_in_body().then(|| Pieces::to_look_up(policy, source, &claim))
    };
    Ok(match pieces {
        Some(pieces) => State::Reading(pieces),
        None => State::LookingUp(source.0.look_up(parts.take().expect(HEAD))),
    })
}

/// Judges a body by which secrets are to be looked up. Its check judges it again, under the secrets and by the time
/// then.
#[cold]
fn judge_body(policy: &Policy, head: Head<'_>, body: &[u8]) -> Result<(), Rejection> {
    let claim = policy.read_whole(head, body)?;
    Ok(policy.judge_time(claim.claim.timestamp)?)
}

/// Inserts the proof into the head of a verified request.
#[inline]
fn pass_on(policy: &Policy, head: &mut Parts, bytes: Bytes, origin: Origin) -> Verdict {
    trace::verified(policy.scheme_id.name, &origin);
    head.extensions
        .insert(VerifiedBody::new(bytes.clone(), policy.scheme_id, origin));
    Verdict::Verified(BufferedBody::new(bytes))
}

#[inline]
fn refuse(policy: &Policy, rejection: Rejection) -> Verdict {
    Verdict::Refused(policy.refuse(rejection))
}

impl<B> Future for VerifyRequest<B>
where
    B: Body,
    B::Error: Into<BoxError>,
{
    type Output = Result<Request<BufferedBody>, Rejection>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.as_mut().poll_verdict(cx).map(|verdict| match verdict {
            Verdict::Verified(body) => Ok(self.take_request(body)),
            Verdict::Refused(rejection) => Err(rejection),
        })
    }
}

impl<B> fmt::Debug for VerifyRequest<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifyRequest").finish_non_exhaustive()
    }
}
