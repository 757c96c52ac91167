/** Words of the page of the own account. */
import { catalogue } from '../catalogue.ts'

export const ACCOUNT = catalogue(
  {
    title: '本人账号',
    roles: '角色',
    windows: '窗口',
    departments: '部门',
    every: '不限',
    sessions: '登录会话',
    here: '本次登录',
    since: (at: string) => `登录于 ${at}`,
    used: (at: string) => `最近使用 ${at}`,
    end: '结束',
    password: '修改密码',
    changed: '密码已修改',
    second: '动态验证码',
    secondOn: '动态验证码已启用',
    rights: '权限',
  },
  {
    title: 'My account',
    roles: 'Roles',
    windows: 'Windows',
    departments: 'Departments',
    every: 'every',
    sessions: 'Sessions',
    here: 'this one',
    since: (at: string) => `since ${at}`,
    used: (at: string) => `last used ${at}`,
    end: 'End',
    password: 'Change the password',
    changed: 'The password is changed',
    second: 'Second factor',
    secondOn: 'The second factor is on',
    rights: 'What I may',
  },
)
