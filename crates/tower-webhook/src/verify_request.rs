//! The heart: a request whose body is collected and hashed becomes a verified request or a rejection.

use std::fmt;
use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::{Buf, Bytes};
use http::request::Parts;
use http::{HeaderMap, Request};
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;

use crate::body::BufferedBody;
use crate::check::Check;
use crate::collect::Collected;
use crate::deadline::Deadline;
use crate::head::Head;
use crate::origin::Origin;
use crate::policy::{Policy, declared_length};
use crate::rejection::{BoxError, Rejection, RejectionKind};
use crate::scheme::Claim;
use crate::set::Set;
use crate::source::Pending;
use crate::supply::{SecretSupply, Supply};
use crate::trace;
use crate::verified::VerifiedBody;
use crate::verifier::Verifier;

impl<S: SecretSupply> Verifier<S> {
    /// Verifies an HTTP request: the future judges its head, then collects and hashes its body.
    ///
    /// It resolves to the request with a [`BufferedBody`], and with a [`VerifiedBody`] of the same bytes in its
    /// extensions. Trailers are dropped, because no scheme signs them. When the head is refused, the body is not polled,
    /// so that a server does not answer `Expect: 100-continue`.
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
        VerifyRequest::new(Arc::clone(&self.policy), self.secrets.clone().erase(), request)
    }
}

pin_project! {
    /// The future of [`Verifier::verify_request`].
    ///
    /// # Panics
    ///
    /// When it is polled after it was ready. With a [read timeout](Verifier#method.read_timeout), which is the default,
    /// when a body has to be waited for outside of a tokio runtime with its timer enabled.
    #[must_use = "futures do nothing unless polled"]
    pub struct VerifyRequest<B> {
        policy: Arc<Policy>,
        #[pin]
        body: B,
        #[pin]
        deadline: Deadline,
        state: State,
    }
}

/// How far a request is. Each state owns everything that the next one needs.
#[expect(
    clippy::large_enum_variant,
    reason = "a smaller one would allocate for every request"
)]
enum State {
    /// The head is to be judged.
    Head {
        head: Parts,
        supply: Supply,
    },
    /// The head is well formed. The look-up owns it, and gives it back.
    LookingUp(Pending),
    /// The secrets are there; the body is on its way.
    Reading(Reading),
    Done,
}

struct Reading {
    head: Parts,
    set: Arc<Set>,
    claim: Claim<'static>,
    collected: Collected,
}

/// The end of a check.
pub(crate) enum Verdict {
    Verified(Request<BufferedBody>),
    /// With the head of the request, for the answer.
    Refused(Rejection, Parts),
}

/// The result of polling a body for a frame.
type Polled<B> = Poll<Option<Result<Frame<<B as Body>::Data>, <B as Body>::Error>>>;

impl<B> VerifyRequest<B> {
    #[inline]
    pub(crate) fn new(policy: Arc<Policy>, supply: Supply, request: Request<B>) -> Self {
        let (head, body) = request.into_parts();
        Self {
            policy,
            body,
            deadline: Deadline::default(),
            state: State::Head { head, supply },
        }
    }
}

impl<B> VerifyRequest<B>
where
    B: Body,
    B::Error: Into<BoxError>,
{
    /// The future, with the head of a refused request. The verdict is handed to `finish`, because a move of so large a
    /// value from function to function costs more than the checks of a head.
    #[inline]
    pub(crate) fn poll_with<T>(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        finish: impl FnOnce(Verdict) -> T,
    ) -> Poll<T> {
        let this = self.as_mut().project();
        let policy: &Policy = this.policy;
        // The state stays `Done` unless it is set below, also when a user's clock, scheme or source panics.
        let (head, set) = match mem::replace(this.state, State::Done) {
            State::Head { head, supply } => match supply {
                Supply::Known(secrets) => (head, secrets.into_current()),
                Supply::PerRequest(source) => {
                    let length = announced(&head.headers, &this.body.size_hint());
                    if let Err(rejection) = policy.judge(Head::from(&head), length) {
                        return Poll::Ready(finish(refuse(policy, rejection, head)));
                    }
                    *this.state = State::LookingUp(source.0.look_up(head));
                    return self.poll_with(cx, finish);
                }
            },
            State::LookingUp(mut look_up) => match look_up.as_mut().poll(cx) {
                Poll::Ready((head, Ok(set))) => (head, set),
                Poll::Ready((head, Err(rejection))) => {
                    return Poll::Ready(finish(refuse(policy, rejection, head)));
                }
                Poll::Pending => {
                    *this.state = State::LookingUp(look_up);
                    return Poll::Pending;
                }
            },
            State::Reading(reading) => return self.poll_rest(reading, None, cx).map(finish),
            State::Done => panic!("`VerifyRequest` polled after completion"),
        };
        match begin(policy, &set, Head::from(&head), this.body, cx) {
            Ok(Begun::Whole(bytes, origin)) => Poll::Ready(finish(pass_on(policy, head, bytes, origin))),
            Ok(Begun::Reading { claim, collected, next }) => {
                let reading = Reading {
                    head,
                    set,
                    claim,
                    collected,
                };
                self.poll_rest(reading, Some(next), cx).map(finish)
            }
            Err(rejection) => Poll::Ready(finish(refuse(policy, rejection, head))),
        }
    }

    /// Reads on, from the result of polling the body if that was done already.
    fn poll_rest(
        self: Pin<&mut Self>,
        mut reading: Reading,
        next: Option<Polled<B>>,
        cx: &mut Context<'_>,
    ) -> Poll<Verdict> {
        let this = self.project();
        let policy: &Policy = this.policy;
        match poll_frames(this.body, next, &mut reading.collected, cx) {
            Poll::Ready(Ok(())) => Poll::Ready(reading.finish(policy)),
            Poll::Ready(Err(rejection)) => Poll::Ready(refuse(policy, rejection, reading.head)),
            Poll::Pending => {
                if this.deadline.poll_passed(policy.read_timeout, cx).is_ready() {
                    let timed_out = RejectionKind::BodyTimeout.into();
                    return Poll::Ready(refuse(policy, timed_out, reading.head));
                }
                *this.state = State::Reading(reading);
                Poll::Pending
            }
        }
    }
}

/// A request whose head was judged.
#[expect(
    clippy::large_enum_variant,
    reason = "a smaller one would allocate for every body in frames"
)]
enum Begun<B: Body> {
    /// The body was there at once, in one frame, and is verified.
    Whole(Bytes, Origin),
    /// Polling the body gave `next`.
    Reading {
        claim: Claim<'static>,
        collected: Collected,
        next: Polled<B>,
    },
}

/// Judges the head; then the body, if it is there at once in one frame, as most bodies are: it costs no state.
#[inline]
fn begin<B: Body>(
    policy: &Policy,
    set: &Set,
    head: Head<'_>,
    mut body: Pin<&mut B>,
    cx: &mut Context<'_>,
) -> Result<Begun<B>, Rejection> {
    // Borrowed, because moving so large a value costs more than its checks.
    let header = policy.judge(head, announced(head.headers(), &body.size_hint()));
    let header = header.as_ref().map_err(Rejection::clone)?;
    let check = Check::start(set, header);
    let mut allowance = policy.allowance();
    let mut first = Bytes::new();
    let mut next = body.as_mut().poll_frame(cx);
    if let Poll::Ready(Some(Ok(frame))) = &mut next
        && let Some(data) = frame.data_mut()
        && data.has_remaining()
    {
        allowance.admit(data.remaining())?;
        first = data.copy_to_bytes(data.remaining());
        next = body.poll_frame(cx);
        if let Poll::Ready(None) = next {
            let origin = check.finish(&header.claim, &first, 0, policy, set)?;
            return Ok(Begun::Whole(first, origin));
        }
    }
    Ok(Begun::Reading {
        claim: header.claim.to_static(),
        collected: Collected::new(check, allowance, first),
        next,
    })
}

/// The length of the body as far as it is announced: by the body if it knows it exactly, else by the larger of its lower
/// bound and the headers.
#[inline]
fn announced(headers: &HeaderMap, hint: &SizeHint) -> u64 {
    hint.exact()
        .unwrap_or_else(|| declared_length(headers).max(hint.lower()))
}

/// Collects the body to its end, which is `None` and nothing else: `is_end_stream` and `size_hint` are the sender's word.
fn poll_frames<B>(
    mut body: Pin<&mut B>,
    next: Option<Polled<B>>,
    collected: &mut Collected,
    cx: &mut Context<'_>,
) -> Poll<Result<(), Rejection>>
where
    B: Body,
    B::Error: Into<BoxError>,
{
    let mut next = next.unwrap_or_else(|| body.as_mut().poll_frame(cx));
    loop {
        match next {
            Poll::Ready(Some(Ok(frame))) => match frame.into_data() {
                Ok(data) => collected.push(data, &body.size_hint())?,
                Err(_trailers) => collected.push_empty()?,
            },
            Poll::Ready(Some(Err(error))) => {
                let rejection = Rejection::new(RejectionKind::BodyRead).with_source(error);
                return Poll::Ready(Err(rejection));
            }
            Poll::Ready(None) => return Poll::Ready(Ok(())),
            Poll::Pending => {
                collected.catch_up();
                return Poll::Pending;
            }
        }
        next = body.as_mut().poll_frame(cx);
    }
}

impl Reading {
    fn finish(self, policy: &Policy) -> Verdict {
        let (bytes, hashed, check) = self.collected.finish();
        match check.finish(&self.claim, &bytes, hashed, policy, &self.set) {
            Ok(origin) => pass_on(policy, self.head, bytes, origin),
            Err(rejection) => refuse(policy, rejection, self.head),
        }
    }
}

#[inline]
fn pass_on(policy: &Policy, mut head: Parts, bytes: Bytes, origin: Origin) -> Verdict {
    trace::verified(policy.scheme_name, &origin);
    head.extensions.insert(VerifiedBody::new(bytes.clone(), origin));
    Verdict::Verified(Request::from_parts(head, BufferedBody::new(bytes)))
}

#[inline]
fn refuse(policy: &Policy, rejection: Rejection, head: Parts) -> Verdict {
    trace::refused(policy.scheme_name, &rejection);
    Verdict::Refused(rejection, head)
}

impl<B> Future for VerifyRequest<B>
where
    B: Body,
    B::Error: Into<BoxError>,
{
    type Output = Result<Request<BufferedBody>, Rejection>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.poll_with(cx, |verdict| match verdict {
            Verdict::Verified(request) => Ok(request),
            Verdict::Refused(rejection, _) => Err(rejection),
        })
    }
}

impl<B> fmt::Debug for VerifyRequest<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifyRequest").finish_non_exhaustive()
    }
}
