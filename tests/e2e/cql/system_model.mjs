// The types of CQL itself (CQL 1.5, appendix B), in the form that the translator asks for.
const simple = ['Boolean', 'Integer', 'Long', 'Decimal', 'String', 'DateTime', 'Date', 'Time'];
const classes = {
  Quantity: { value: 'Decimal', unit: 'String' },
  Ratio: { numerator: 'Quantity', denominator: 'Quantity' },
  Code: { code: 'String', system: 'String', version: 'String', display: 'String' },
  Concept: { codes: 'list', display: 'String' },
  Vocabulary: { id: 'String', version: 'String', name: 'String' },
};
const bases = { ValueSet: 'Vocabulary', CodeSystem: 'Vocabulary' };
const element = ([name, type]) => type === 'list'
  ? `<ns4:element name="${name}"><ns4:typeSpecifier xsi:type="ns4:ListTypeSpecifier" elementType="System.Code"/></ns4:element>`
  : `<ns4:element name="${name}" type="System.${type}"/>`;
export const systemModel = `<?xml version="1.0" encoding="UTF-8"?>
<ns4:modelInfo name="System" version="1.0.0" url="urn:hl7-org:elm-types:r1" targetQualifier="system"
  xmlns:ns4="urn:hl7-org:elm-modelinfo:r1" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<ns4:typeInfo xsi:type="ns4:SimpleTypeInfo" name="System.Any"/>
${simple.map((name) => `<ns4:typeInfo xsi:type="ns4:SimpleTypeInfo" name="System.${name}" baseType="System.Any"/>`).join('\n')}
${Object.entries(classes).map(([name, members]) => `<ns4:typeInfo xsi:type="ns4:ClassInfo" name="System.${name}" baseType="System.Any">${Object.entries(members).map(element).join('')}</ns4:typeInfo>`).join('\n')}
${Object.entries(bases).map(([name, base]) => `<ns4:typeInfo xsi:type="ns4:ClassInfo" name="System.${name}" baseType="System.${base}"/>`).join('\n')}
</ns4:modelInfo>`;
