export const isPicture = ({ type }: { readonly type: string }): boolean =>
  /^image\/(png|jpeg|gif|webp)$/.test(type);
