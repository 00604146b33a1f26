export const fileSystems = {
  title: 'File systems',
  intro: 'Folders of the machine and NFS exports that functions can mount.',
  search: 'Search by name or location',
  columns: { kind: 'Type', location: 'Location', access: 'Access', owner: 'User' },
  kind: { folder: 'Folder', nfs: 'NFS export' },
  access: { read: 'Read only', write: 'Read and write' },
  empty: {
    title: 'No file systems yet',
    text: 'Register a folder to share large or lasting files between functions. Choose it in the disk mounts of a function.',
  },
  add: {
    action: 'Add file system',
    missing: 'Enter a location',
    folderHelp: 'Absolute path of a folder of the machine.',
    nfsHelp: 'host:/path of an export that the setting nfs_exports of the server names.',
    readOnly: 'Read only',
    userHelp: 'Files of functions belong to this user on disk.',
    done: 'File system {{name}} added',
    failed: 'File system {{name}} was not added',
    notWritable: 'User {{user}} may not write there yet: change the owner of the folder.',
  },
  remove: {
    title: 'Remove file system {{name}}?',
    consequence: 'Its files stay. A file system that functions mount cannot be removed.',
    done: 'File system {{name}} removed',
    failed: 'File system {{name}} was not removed',
  },
};
