/**
 * The sections of the properties panel, in the order they are shown. A new one is a file in `sections/` and a
 * line here.
 */
import type { Section } from './section';
import { assignment } from './sections/assignment';
import { beginning } from './sections/beginning';
import { branches } from './sections/branches';
import { calledProcess } from './sections/called-process';
import { clocks } from './sections/clocks';
import { compensation } from './sections/compensation';
import { condition } from './sections/condition';
import { data } from './sections/data';
import { deadline } from './sections/deadline';
import { decision } from './sections/decision';
import { flow } from './sections/flow';
import { form } from './sections/form';
import { general } from './sections/general';
import { interrupting } from './sections/interrupting';
import { lane } from './sections/lane';
import { link } from './sections/link';
import { record } from './sections/record';
import { repetition } from './sections/repetition';
import { script } from './sections/script';
import { message, signal } from './sections/sent';
import { service } from './sections/service';
import { starting } from './sections/starting';
import { error, escalation } from './sections/thrown';
import { timer } from './sections/timer';

export const sections: readonly Section[] = [
  general,
  beginning,
  assignment,
  form,
  deadline,
  script,
  decision,
  calledProcess,
  service,
  flow,
  branches,
  timer,
  message,
  signal,
  link,
  error,
  escalation,
  compensation,
  condition,
  interrupting,
  lane,
  clocks,
  repetition,
  data,
  record,
  starting,
];
