/** Lint rules of an item's materials: what a counter in another city needs to take them in. */
import type { ItemMaterial } from './item.ts'
import { each, isBlank, type Rule, repeated, when } from './lint-rule.ts'

const normal = (name: string): string => name.normalize('NFKC').replaceAll(/[\s《》（）()“”"]/g, '')
const takesOriginal = ({ materialType }: ItemMaterial): boolean => materialType === '1' || materialType === '3'
const takesCopy = ({ materialType }: ItemMaterial): boolean => materialType === '2' || materialType === '3'

export const MATERIAL_RULES: readonly Rule[] = [
  {
    rule: 'material.code',
    level: 'error',
    zh: '材料编码重复：办件按编码对应材料',
    en: 'A material code stands twice: cases name materials by it',
    check: ({ materials }) =>
      repeated(materials, ({ materialCode }) => materialCode).map(index => `materials.${index}.materialCode`),
  },
  {
    rule: 'material.name',
    level: 'warning',
    zh: '材料名称重复',
    en: 'A material name stands twice',
    check: ({ materials }) =>
      repeated(materials, ({ materialName }) => normal(materialName)).map(index => `materials.${index}.materialName`),
  },
  {
    rule: 'material.none',
    level: 'warning',
    zh: '未列出申请材料',
    en: 'The item lists no materials',
    check: ({ materials }) => when(materials.length === 0, 'materials'),
  },
  {
    rule: 'material.review-points',
    level: 'warning',
    zh: '异地收件的必要材料应有审查要点：对方窗口据此做形式审查',
    en: 'A material taken in another city has review points: that counter checks by them',
    check: ({ modes, materials }) =>
      modes.some(mode => mode !== 0)
        ? each(
            materials,
            'materials',
            ({ isNeed, reviewPoints }) => isNeed === '1' && (reviewPoints ?? []).length === 0,
          )
        : [],
  },
  {
    rule: 'material.need',
    level: 'warning',
    zh: '非必要或容缺后补的材料应说明何时需要',
    en: 'A material that is not always needed says when it is',
    check: ({ materials }) =>
      each(
        materials,
        'materials',
        ({ isNeed, needExplain, acceptStand }) => isNeed !== '1' && isBlank(needExplain) && isBlank(acceptStand),
      ),
  },
  {
    rule: 'material.issuer',
    level: 'warning',
    zh: '政府部门核发的材料应填写出具机构',
    en: 'A material issued by government names the issuer',
    check: ({ materials }) =>
      each(materials, 'materials', ({ sourceType, issuer }) => sourceType === '20' && isBlank(issuer)),
  },
  {
    rule: 'material.source',
    level: 'warning',
    zh: '来源渠道为“其他”的材料应说明来源',
    en: 'A material of another source says which',
    check: ({ materials }) =>
      each(materials, 'materials', ({ sourceType, sourceExplain }) => sourceType === '99' && isBlank(sourceExplain)),
  },
  {
    rule: 'material.copies',
    level: 'error',
    zh: '份数与材料类型矛盾：不收原件却有原件份数，或不收复印件却有复印件份数',
    en: 'Copies contradict the kind of material: originals counted where none is taken, or copies',
    check: ({ materials }) =>
      each(
        materials,
        'materials',
        material =>
          ((material.pageNumY ?? 0) > 0 && material.materialType === '2') ||
          ((material.pageNumF ?? 0) > 0 && material.materialType === '1') ||
          (material.pageNumY === 0 && takesOriginal(material)) ||
          (material.pageNumF === 0 && takesCopy(material)),
      ),
  },
  {
    rule: 'material.online-paper',
    level: 'error',
    zh: '仅支持全程网办的事项不得要求纸质材料',
    en: 'An item handled online alone asks for paper',
    check: ({ modes, materials }) =>
      modes.every(mode => mode === 0)
        ? each(materials, 'materials', ({ isNeed, materialFormat }) => isNeed === '1' && materialFormat === '1')
        : [],
  },
  {
    rule: 'material.certificate',
    level: 'warning',
    zh: '证照类材料应填写证照类型代码，以便共享调取',
    en: 'A certificate names its type code, so that it can be fetched by data sharing',
    check: ({ materials }) =>
      each(materials, 'materials', ({ isResultCert, certCode }) => isResultCert === true && isBlank(certCode)),
  },
]
