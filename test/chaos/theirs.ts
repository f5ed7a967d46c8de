/** What somebody else may have in the resource group (id) of a site. */
export const theirsIn = (resourceGroup: string) => {
  const network = `${resourceGroup}/providers/Microsoft.Network`;
  return { publicIp: `${network}/publicIPAddresses/theirs`, ipGroup: `${network}/ipGroups/theirs` };
};
