import { deviceBundle, deviceFile } from './apply/deviceFile.ts';
import { iso } from './base/clock.ts';
import { AutomationError } from './base/errors.ts';
import { bundleBlob, deviceConfirmed } from './record/progress.ts';
import type { StepRecord } from './record/run.ts';
import { tell } from './tell.ts';
import { type Carried, finishStep, runOf, setStep, type Work } from './work.ts';

/** The file must list what the plan routes: it is made of the very tags the plan was made of. */
const otherTags = ({ plan, tagsInForce }: Work): AutomationError =>
  new AutomationError(
    'ERR_PLAN_OUTDATED',
    `Other service tags are in force (changeNumber ${tagsInForce.tags.changeNumber}) than the plan was made of (${plan.tags.changeNumber}).`,
    { remedy: 'Nothing to do: it is planned again.', retry: 'now' },
  );

/** Prepares the device's file and offers it. */
export const bundleStep = async (work: Work, step: StepRecord): Promise<null> => {
  const { site, plan, ports, tagsInForce } = work;
  if (plan.tags.hash !== tagsInForce.tags.hash) throw otherTags(work);
  const file = deviceFile(site, tagsInForce.text(), plan.device.added, site.alwaysRoute);
  const bundle = deviceBundle(site, file, plan.device.added.length);
  const blob = bundleBlob(site.id, bundle.checksum);
  await ports.archive.keep(blob, file);
  const at = iso(ports.clock.now());
  await work.session.commit((state) => ({
    ...state,
    device: {
      ...state.device,
      offered: {
        checksum: bundle.checksum,
        listHash: plan.device.listHash,
        blob,
        at,
        added: bundle.added,
        instruction: bundle.instruction,
      },
    },
  }));
  await finishStep(work, step, 'done', bundle.checksum);
  return null;
};

/** Waits for a person to say that the file is on the device. */
export const confirmStep = async (work: Work, step: StepRecord): Promise<Carried | null> => {
  const { device } = work.session.state();
  const { ports } = work;
  if (deviceConfirmed(work.session.state())) {
    const since = step.startedAt === null ? work.arrivedAt : Date.parse(step.startedAt);
    await work.session.commit((state) => {
      if (state.run === null) return state;
      const personMs = state.run.costs.personMs + Math.max(0, work.arrivedAt - since);
      return { ...state, run: { ...state.run, costs: { ...state.run.costs, personMs } } };
    });
    await finishStep(work, step, 'done', `confirmed by ${device.confirmed?.by}`);
    return null;
  }
  if (step.status !== 'waiting') {
    await setStep(work, step.id, {
      status: 'waiting',
      startedAt: iso(ports.clock.now()),
      why: 'a person puts the file on the device',
    });
  }
  // Once for each run that needs it: the file of the next outage may be the very one of the last.
  await tell(work, {
    kind: 'needsDevice',
    key: `device ${runOf(work).id}`,
    title: `Site ${work.site.id}: put the new file on the device`,
    text: [`File ${device.offered?.blob} (${device.offered?.checksum})`, ...(device.offered?.instruction ?? [])].join(
      '\n',
    ),
    digest: work.plan.digest,
  });
  return { status: 'person' };
};
