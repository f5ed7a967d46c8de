/** Whose a resource is that a move created: the site's id. Without it, a resource is a stranger's. */
export const siteTag = 'asefo-site';

/** Between which regions it was created; for people, nothing follows from it. */
export const moveTag = 'asefo-move';
