export type NoticeKind =
  | 'planned' // a shadow site's plan: what would have been done
  | 'started' // a run began
  | 'needsApproval' // a plan waits for a person
  | 'needsDevice' // a bundle waits to be put on the device
  | 'cloudReady' // tables and firewall proven
  | 'protected' // the device has the matching file
  | 'blocked' // a plan cannot be applied
  | 'drift' // somebody changed what is ours
  | 'alarm' // something a person must know now
  | 'over' // what was told as an alarm is over
  | 'failed'; // a step or a proof failed

/** Something told to people. No secrets; text may quote events, so escape it where it is shown. */
export type Notice = {
  readonly id: string;
  readonly kind: NoticeKind;
  readonly site: string;
  readonly at: string;
  readonly title: string;
  readonly text: string;
  readonly digest: string | null;
  readonly runId: string | null;
};
