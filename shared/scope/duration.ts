import { AutomationError } from '../base/errors.ts';

const form = /^P(?=.)(?:(\d+)D)?(?:T(?=.)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/;

/** Milliseconds of an ISO 8601 duration of days to seconds, as the sites file takes it. Throws ERR_SETTING for other text. */
export const isoDurationMs = (text: string): number => {
  const parts = form.exec(text);
  if (!parts) {
    throw new AutomationError('ERR_SETTING', `"${text.slice(0, 40)}" is not an ISO 8601 duration of days to seconds.`, {
      remedy: 'Write it as PT1H or P1DT30M.',
    });
  }
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = parts.slice(1).map((part) => Number(part ?? 0));
  return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1_000;
};
