export const fileSystems = {
  title: '文件系统',
  intro: '可供函数挂载的本机文件夹和NFS共享目录。',
  search: '按名称或位置搜索',
  columns: { kind: '类型', location: '位置', access: '访问方式', owner: '用户' },
  kind: { folder: '文件夹', nfs: 'NFS共享目录' },
  access: { read: '只读', write: '读写' },
  empty: {
    title: '还没有文件系统',
    text: '注册文件夹后，函数之间可以共享大文件或持久文件。在函数的磁盘挂载中选择。',
  },
  add: {
    action: '添加文件系统',
    missing: '请输入位置',
    folderHelp: '本机文件夹的绝对路径。',
    nfsHelp: 'host:/path，须在服务器设置 nfs_exports 中列出。',
    readOnly: '只读',
    userHelp: '函数写入的文件在磁盘上属于该用户。',
    done: '添加文件系统 {{name}} 成功',
    failed: '添加文件系统 {{name}} 失败',
    notWritable: '用户 {{user}} 还不能写入该位置，请修改文件夹的所有者。',
  },
  remove: {
    title: '移除文件系统 {{name}}？',
    consequence: '其中的文件保留。函数正在挂载的文件系统不能移除。',
    done: '移除文件系统 {{name}} 成功',
    failed: '移除文件系统 {{name}} 失败',
  },
};
