//! The heart: a request whose body is collected and hashed, and which becomes a verified request or a rejection.

use std::fmt;
use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};
use http::Request;
use http::request::Parts;
use http_body::{Body, Frame};
use pin_project_lite::pin_project;

use crate::body::BufferedBody;
use crate::collect::Collected;
use crate::deadline::Deadline;
use crate::keys::Provider;
use crate::origin::Origin;
use crate::rejection::Rejection;
use crate::secrets::Secrets;
use crate::signing_key::Claim;
use crate::source::Pending;
use crate::trace;
use crate::verification::Running;
use crate::verified::VerifiedBody;
use crate::verifier::Verifier;

const HEAD_IS_THERE: &str = "the head is there until the request passes on";

impl Verifier {
    /// Verifies an HTTP request: once polled, the future judges its headers, then collects and hashes its body.
    ///
    /// The future answers the request with a [`BufferedBody`], and a [`VerifiedBody`] of the same bytes in its
    /// extensions. Trailers are dropped: no scheme signs them. What is refused by its headers is refused without
    /// polling the body, so that a server answers no `Expect: 100-continue`.
    ///
    /// Without the feature `timeout` there is no deadline: the body is waited for as long as the sender keeps the
    /// connection open. Set one around the future, or around the server's connections.
    ///
    /// This is what the layer and every adapter are made of; call it where none of them fits.
    ///
    /// ```
    /// use bytes::Bytes;
    /// use http::Request;
    /// use http_body_util::Full;
    /// use tower_webhook::{Rejection, SigningSecret, VerifiedBody, Verifier};
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
    /// assert_eq!(verifier.verify_request(unsigned).await.unwrap_err(), Rejection::MissingSignature);
    /// # Ok(())
    /// # }
    /// ```
    #[inline]
    pub fn verify_request<B: Body>(&self, request: Request<B>) -> VerifyRequest<B> {
        let (head, body) = request.into_parts();
        VerifyRequest {
            verifier: self.clone(),
            head: Some(head),
            body,
            progress: Progress::Unread,
            secrets: None,
            came: Came::default(),
            deadline: Deadline::new(),
        }
    }
}

pin_project! {
    /// The future of [`Verifier::verify_request`].
    ///
    /// Its output is the verified request, or the [`Rejection`] when it is refused; then [`parts`](Self::parts) still
    /// has the request's head. Without the feature `timeout` it waits for the body without end.
    ///
    /// # Panics
    ///
    /// When it is polled after it is done. With a read timeout, when a body has to be waited for outside of a tokio
    /// runtime with its timer enabled.
    #[must_use = "futures do nothing unless polled"]
    // In this order: next to the place for a timer, which is large and most often empty, the head would be moved twice.
    #[repr(C)]
    pub struct VerifyRequest<B> {
        verifier: Verifier,
        head: Option<Parts>,
        #[pin]
        body: B,
        progress: Progress,
        // What the request began with, where the next one may begin with others. With them its head was judged.
        secrets: Option<Secrets>,
        came: Came,
        #[pin]
        deadline: Deadline,
    }
}

/// What of the request is to be handed on. It has its place in the future because what is written and soon moved again
/// stalls the processor.
#[derive(Default)]
struct Came {
    /// A first frame; at the end, all of the verified body.
    bytes: Option<Bytes>,
    origin: Origin,
}

/// How far a request is.
#[expect(
    clippy::large_enum_variant,
    reason = "a smaller one would be an allocation for every body in frames"
)]
enum Progress {
    Unread,
    LookingUp(Pending),
    Reading(Collected),
    Done,
}

/// Ends it when it is dropped, whatever came, be it a panic of somebody's clock. What is read to its end is not moved for that.
struct Ending<'a>(&'a mut Progress);

impl Drop for Ending<'_> {
    fn drop(&mut self) {
        *self.0 = Progress::Done;
    }
}

impl<B> VerifyRequest<B> {
    /// The head of the request: there until the future has answered with the verified request, but for the while in
    /// which its secrets are looked up.
    ///
    /// ```
    /// use std::pin::pin;
    ///
    /// use http::Request;
    /// use tower_webhook::{BufferedBody, Rejection, SigningSecret, Verifier};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let verifier = Verifier::knowrithm(SigningSecret::new("whk_demo")?);
    /// let unsigned = Request::post("/webhooks/knowrithm").body(BufferedBody::new("{}"))?;
    ///
    /// let mut verify = pin!(verifier.verify_request(unsigned));
    /// assert_eq!(verify.as_mut().await.unwrap_err(), Rejection::MissingSignature);
    /// let head = verify.parts().expect("a refused request stays");
    /// assert_eq!(head.uri, "/webhooks/knowrithm");
    /// # Ok(())
    /// # }
    /// ```
    pub fn parts(&self) -> Option<&Parts> {
        self.head.as_ref()
    }

    /// The request that passes on; to be called once, when [`poll_verdict`](Self::poll_verdict) has said yes.
    pub(crate) fn pass_on(self: Pin<&mut Self>) -> Request<BufferedBody> {
        let this = self.project();
        let head = this.head.as_mut().expect(HEAD_IS_THERE);
        let bytes = this.came.bytes.take().expect("it came with the verdict");
        let proof = VerifiedBody::new(bytes.clone(), mem::take(&mut this.came.origin));
        // Inserted where the head lies: taken first, the head would be copied once more.
        head.extensions.insert(proof);
        let head = this.head.take().expect(HEAD_IS_THERE);
        Request::from_parts(head, BufferedBody::new(bytes))
    }
}

impl<B: Body> VerifyRequest<B> {
    /// All but the making of the request that passes on: judges the headers, finds the secrets, collects the body, and says
    /// whether it is what was signed.
    pub(crate) fn poll_verdict(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Rejection>> {
        let verdict = ready!(self.as_mut().poll_body(cx));
        let this = self.project();
        match &verdict {
            Ok(()) => trace::verified(this.verifier.scheme_name(), &this.came.origin),
            Err(rejection) => trace::refused(this.verifier.scheme_name(), rejection),
        }
        Poll::Ready(verdict)
    }

    fn poll_body(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Rejection>> {
        let mut this = self.as_mut().project();
        let verifier: &Verifier = this.verifier;
        let next = match this.progress {
            Progress::LookingUp(look_up) => {
                let (head, found) = ready!(look_up.as_mut().poll(cx));
                *this.head = Some(head);
                *this.progress = Progress::Done;
                *this.secrets = Some(found?);
                *this.progress = Progress::Unread;
                return self.poll_body(cx);
            }
            Progress::Unread => {
                // What is not said to go on is done.
                *this.progress = Progress::Done;
                let headers = &this.head.as_ref().expect(HEAD_IS_THERE).headers;
                // Borrowed where it is: it is large, and a move would be a copy.
                let header = verifier.read(headers);
                let claim = verifier.claim(header.as_ref().map_err(Rejection::clone)?);
                if this.secrets.is_none() {
                    let hint = this.body.size_hint();
                    verifier.judge(&claim, headers, hint.exact(), hint.lower())?;
                } else {
                    // The look-up may have taken long.
                    claim.judge_time()?;
                }
                let secrets = match (verifier.provider(), &mut *this.secrets) {
                    (Provider::Fixed(secrets), _) => secrets,
                    (_, Some(secrets)) => secrets,
                    (Provider::Shared(handle), secrets) => secrets.insert(handle.current()),
                    (Provider::PerRequest(source), _) => {
                        let head = this.head.take().expect(HEAD_IS_THERE);
                        let look_up = Arc::clone(source).look_up(head, verifier.scheme_name());
                        *this.progress = Progress::LookingUp(look_up);
                        return self.poll_body(cx);
                    }
                };
                let mut next = Poll::Pending;
                if check_whole(this.body.as_mut(), verifier, secrets, &claim, this.came, &mut next, cx)? {
                    return Poll::Ready(Ok(()));
                }
                let running = Running::new(secrets.start(&claim), verifier.largest_body());
                let first = this.came.bytes.take().unwrap_or_default();
                *this.progress = Progress::Reading(Collected::new(running, first)?);
                next
            }
            Progress::Reading(_) => this.body.as_mut().poll_frame(cx),
            Progress::Done => panic!("`VerifyRequest` polled after completion"),
        };
        let Progress::Reading(collected) = &mut *this.progress else {
            unreachable!("the body is being read");
        };
        let read = ready!(poll_rest(this.body, next, collected, this.deadline, verifier, cx));
        let ending = Ending(this.progress);
        let Progress::Reading(collected) = &mut *ending.0 else {
            unreachable!("the body was read");
        };
        Poll::Ready(read.and_then(|()| {
            let (bytes, mac) = collected.finish();
            let bytes = this.came.bytes.insert(bytes);
            let secrets = this.secrets.as_ref().or(verifier.fixed());
            let secrets = secrets.expect("they were there when the body was begun");
            let header = verifier.read(&this.head.as_ref().expect(HEAD_IS_THERE).headers)?;
            let claim = verifier.claim(&header);
            // The body may have been long on its way.
            claim.judge_time()?;
            let origin = secrets.conclude(mac, &claim, bytes)?;
            this.came.origin = origin.of_delivery(header.delivery_id);
            Ok(())
        }))
    }
}

impl<B: Body> Future for VerifyRequest<B> {
    type Output = Result<Request<BufferedBody>, Rejection>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let verdict = ready!(self.as_mut().poll_verdict(cx));
        Poll::Ready(verdict.map(|()| self.pass_on()))
    }
}

type Polled<B> = Poll<Option<Result<Frame<<B as Body>::Data>, <B as Body>::Error>>>;

/// Checks a body that is there at once, in one frame, and says whether this was one: nothing of such a body has to be kept
/// from one poll to the next, not even the state of its hash. Of any other, a first frame has come, and polling gave `next`.
#[inline]
fn check_whole<B: Body>(
    mut body: Pin<&mut B>,
    verifier: &Verifier,
    secrets: &Secrets,
    claim: &Claim<'_>,
    came: &mut Came,
    next: &mut Polled<B>,
    cx: &mut Context<'_>,
) -> Result<bool, Rejection> {
    *next = body.as_mut().poll_frame(cx);
    if let Poll::Ready(Some(Ok(frame))) = next
        && let Some(data) = frame.data_mut()
        && data.has_remaining()
    {
        verifier.admit(data.remaining())?;
        let bytes = came.bytes.insert(data.copy_to_bytes(data.remaining()));
        *next = body.poll_frame(cx);
        if let Poll::Ready(None) = next {
            came.origin = secrets.check(claim, bytes)?.of_delivery(claim.header.delivery_id);
            return Ok(true);
        }
    }
    Ok(false)
}

/// Reads the body to its end, which is `None` and nothing else: what it says of itself is the sender's word.
fn poll_rest<B: Body>(
    mut body: Pin<&mut B>,
    mut next: Polled<B>,
    collected: &mut Collected,
    deadline: Pin<&mut Deadline>,
    verifier: &Verifier,
    cx: &mut Context<'_>,
) -> Poll<Result<(), Rejection>> {
    loop {
        match next {
            Poll::Ready(Some(Ok(frame))) => match frame.into_data() {
                Ok(data) => collected.push(data, &body.size_hint())?,
                Err(_trailers) => collected.push_empty()?,
            },
            Poll::Ready(Some(Err(_))) => return Poll::Ready(Err(Rejection::BodyRead)),
            Poll::Ready(None) => return Poll::Ready(Ok(())),
            Poll::Pending => {
                collected.catch_up();
                ready!(deadline.poll_passed(verifier, cx));
                return Poll::Ready(Err(Rejection::BodyTimeout));
            }
        }
        next = body.as_mut().poll_frame(cx);
    }
}

impl<B> fmt::Debug for VerifyRequest<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifyRequest").finish_non_exhaustive()
    }
}
