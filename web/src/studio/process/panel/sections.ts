/**
 * The sections of the properties panel, in the order they are shown. A new one is a file in `sections/` and a
 * line here.
 */
import type { Section } from './section';
import { assignment } from './sections/assignment';
import { branches } from './sections/branches';
import { calledProcess } from './sections/called-process';
import { clocks } from './sections/clocks';
import { condition } from './sections/condition';
import { data } from './sections/data';
import { deadline } from './sections/deadline';
import { decision } from './sections/decision';
import { flow } from './sections/flow';
import { form } from './sections/form';
import { general } from './sections/general';
import { interrupting } from './sections/interrupting';
import { lane } from './sections/lane';
import { message } from './sections/message';
import { record } from './sections/record';
import { repetition } from './sections/repetition';
import { script } from './sections/script';
import { service } from './sections/service';
import { starting } from './sections/starting';
import { error, escalation } from './sections/thrown';
import { timer } from './sections/timer';

export const sections: readonly Section[] = [
  general,
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
  error,
  escalation,
  condition,
  interrupting,
  lane,
  clocks,
  repetition,
  data,
  record,
  starting,
];
