/** What went wrong with a request, as the server told it (RFC 9457) or as its silence did. */
import type { components } from './schema';

export type ProblemEntry = components['schemas']['ProblemEntry'];

const NO_ANSWER = 0;

export class Problem extends Error {
  constructor(
    /** The HTTP status; 0 when no answer came. */
    readonly status: number,
    readonly detail: string,
    /** What is wrong with which field (`pointer`) or file, element and line. */
    readonly entries: readonly ProblemEntry[] = [],
    /** Seconds after which trying again may help. */
    readonly retryAfter: number | null = null,
    /** Under which id the server logged the request. */
    readonly requestId: string | null = null,
  ) {
    super(detail);
  }

  static noAnswer(): Problem {
    return new Problem(NO_ANSWER, '');
  }

  get isLostConnection(): boolean {
    return this.status === NO_ANSWER;
  }

  /** The server, its database or what stands before them cannot answer right now. */
  get isUnavailable(): boolean {
    return this.status === 502 || this.status === 503 || this.status === 504;
  }

  /** Whether the same request may succeed a moment later. */
  get isPassing(): boolean {
    return this.isLostConnection || this.isUnavailable || this.status === 429;
  }
}

export function problemOf(body: unknown, response: Response): Problem {
  const document = isDocument(body) ? body : {};
  const wait = Number(response.headers.get('Retry-After') ?? Number.NaN);
  return new Problem(
    response.status,
    document.detail ?? document.title ?? response.statusText,
    document.errors ?? [],
    Number.isFinite(wait) ? wait : null,
    response.headers.get('X-Request-Id'),
  );
}

// A proxy's error page is no problem document.
function isDocument(body: unknown): body is Partial<components['schemas']['Problem']> {
  return typeof body === 'object' && body !== null && 'status' in body;
}
