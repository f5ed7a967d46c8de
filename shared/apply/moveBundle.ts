import type { Site } from '../base/site.ts';
import { type DeviceBundle, deviceBundle, deviceFile } from './deviceFile.ts';

/** What a device needs to reach Azure by another region: the file of inclusive routes, and what a person does with it. */
export const moveBundle = (input: {
  /** The side the site moves to. */
  readonly there: Site;
  readonly tagsText: string;
  /** VNet and client ranges there, for the list of ranges reached by VPN only. */
  readonly ranges: readonly string[];
  /** Public addresses of the gateway there. */
  readonly gatewayAddresses: readonly string[];
  /** Point-to-site: a profile was made. */
  readonly profile: boolean;
}): DeviceBundle => {
  const { there, ranges, gatewayAddresses, profile } = input;
  const file = deviceFile(there, input.tagsText, [], there.alwaysRoute);
  const bundle = deviceBundle(there, file, 0);
  const start = bundle.checksum.slice('sha256:'.length, 'sha256:'.length + 12);
  const get = `npm run cli -- device-file --site ${there.id}`;
  const first = profile
    ? [
        `1. Get profile and file, whose SHA-256 must begin ${start}: ${get} --profile`,
        '2. On a Windows computer run VpnClientSetupAmd64.exe /Q /C /T:C:\\vpn from the profile; keep the .pbk file.',
        '3. In the local web UI of the device open Security > VPN > Configure.',
        '4. Upload the .pbk as phone book.',
      ]
    : [
        `1. Get the file, whose SHA-256 must begin ${start}: ${get}`,
        `2. The new gateway's public address is ${gatewayAddresses.join(' and ')}.`,
        '3. In the local web UI of the device open Security > VPN > Configure.',
        '4. Enter that address as the gateway; the shared key stays.',
      ];
  return {
    ...bundle,
    instruction: [
      ...first,
      '5. Under "Upload public IP list config file" choose the file.',
      `6. Choose the region ${there.home.name} and select Apply.`,
      '7. On the same page, under "IP address ranges to be accessed using VPN only", select Configure.',
      `8. Enter ${ranges.join(', ')} in place of the old ranges and select Apply.`,
      "9. If the site's own firewall names the old gateway, let it reach the new one (UDP 500, 4500 and ESP).",
      `10. Confirm on the status page, or: npm run cli -- confirm-device --site ${there.id} --checksum ${start}`,
    ],
  };
};
