import { describe, expect, it } from 'vitest';
import { wrap } from '../shared/base/wrap.ts';

const approve = 'npm run cli -- approve --site rig-07 --digest sha256:0123456789 --question 01234567';

describe('text in columns', () => {
  it('has its words on lines of that width, a longer one by itself', () => {
    expect(wrap('one two three elephantine four', 9, '- ')).toEqual([
      '- one two',
      '  three',
      '  elephantine',
      '  four',
    ]);
    expect(wrap('', 9, '- ')).toEqual(['- ']);
  });

  it('keeps a command whole, so that it can be copied', () => {
    expect(wrap(`Approve it: ${approve}`, 30)).toEqual(['Approve it:', approve]);
    expect(wrap('Get it: npm run cli -- device-file --site a --profile. Then go on as told.', 24)).toEqual([
      'Get it:',
      'npm run cli -- device-file --site a --profile.',
      'Then go on as told.',
    ]);
    expect(wrap('npm run cli -- declare --services A,B --reason "..."', 9)).toHaveLength(1);
  });
});
