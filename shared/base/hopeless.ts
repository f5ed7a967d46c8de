/**
 * Codes with which Azure ends an operation, or refuses one, that no repetition changes: a policy, a right, a quota, a
 * subscription is in the way. Source: Azure Resource Manager, "Troubleshoot common Azure deployment errors".
 */
const codes: ReadonlySet<string> = new Set([
  'authorizationfailed',
  'disallowedoperation',
  'invalidauthenticationtokentenant',
  'linkedauthorizationfailed',
  'missingsubscriptionregistration',
  'publicipcountlimitreached',
  'quotaexceeded',
  'readonlydisabledsubscription',
  'requestdisallowedbyazure',
  'requestdisallowedbypolicy',
  'resourcequotaexceeded',
  'scopelocked',
  'skunotavailable',
  'subscriptionnotregistered',
]);

export const isHopeless = (code: string): boolean => codes.has(code.toLowerCase());
